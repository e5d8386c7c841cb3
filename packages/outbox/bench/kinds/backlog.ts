import { alternate, type Finding, figure, figureRow, number, round } from '@bezel/local/measuring';
import { fill, insertMessages } from '../load/fill.ts';
import type { Drain } from '../processes/meter.ts';
import { type BenchDatabase, createDatabase } from '../servers/database.ts';
import { createTopic } from '../servers/topic.ts';
import type { BenchContext, Kind } from './kind.ts';

/** Ten million messages wait: is a relay as fast as with an empty table? */
export const backlog: Kind = { defaultRows: 10_000_000, usesClient: true, measure };

const WARM_UP = 40_000;

/** Numbers up to the last one drawn count as published from now on; no relay may be running. */
const MARK_PUBLISHED = `
UPDATE outbox.checkpoint AS c SET holes = '{}', cursor = coalesce(pg_sequence_last_value(
  ('outbox.' || outbox.sequence_name(g.generation, c.shard, g.shards))::regclass), 0)
FROM outbox.config AS g`;

const TUPLES = `
SELECT sum(n_dead_tup) AS dead, sum(n_tup_upd + n_tup_del) AS changed
FROM pg_stat_user_tables WHERE schemaname = 'outbox' AND relname LIKE 'message\\_slot\\_%'`;

/** What the README recommends for a relay in a process of its own: without it V8 lets garbage grow before it looks at it. */
const SMALL_YOUNG_SPACE = '--max-semi-space-size=4';

async function measure(context: BenchContext): Promise<Finding> {
  const { servers, options, progress, signal } = context;
  const { brokers } = servers;
  const { publisher: client, rows, rounds } = options;
  /** A round drains a part; all rounds together leave at least half of the backlog. */
  const part = Math.max(1, Math.min(500_000, Math.floor(rows / (2 * rounds))));
  await using empty = await createDatabase(servers);
  await using full = await createDatabase(servers);
  await using topic = await createTopic(servers);
  await using relayProcess = context.startRelay([SMALL_YOUNG_SPACE]);

  async function filled(database: BenchDatabase, count: number, what: string): Promise<void> {
    await progress.step(`${number(count)} ${what}`, (detail) =>
      fill(database.pool, { topic: topic.name, count, signal, onRows: (done) => detail(`${number(done)} rows`) }),
    );
  }
  const drain = (database: BenchDatabase, count: number): Promise<Drain> =>
    relayProcess.ask('drain', { databaseUrl: database.url, brokers, client, count });

  async function drainEmpty(count: number): Promise<number> {
    await empty.pool.query('TRUNCATE outbox.message');
    await fill(empty.pool, { topic: topic.name, count, signal });
    await empty.pool.query('CHECKPOINT');
    return rateOf(await drain(empty, count));
  }

  await progress.step('warm up', () => drainEmpty(Math.min(WARM_UP, part)));
  await filled(full, 2 * rows, 'published messages');
  await full.pool.query(MARK_PUBLISHED);
  await filled(full, rows, 'unpublished messages');
  const held = await full.pool.connect();
  try {
    await held.query('BEGIN');
    const open = Math.max(1, Math.floor(rows / 20));
    await progress.step(`${number(open)} more in a transaction that stays open`, () =>
      insertMessages(held, topic.name, 0, open),
    );
    const samples = await alternate(rounds, {
      empty: (n) =>
        progress.step(`round ${n + 1} of ${rounds}: ${number(part)} messages, empty table`, () => drainEmpty(part)),
      full: (n) =>
        progress.step(`round ${n + 1} of ${rounds}: ${number(part)} messages of the backlog`, async () => {
          await full.pool.query('CHECKPOINT');
          return rateOf(await drain(full, part));
        }),
    });
    const rest = rows - rounds * part;
    // Each round sent some more than its part, and sent it again in the next; the end is left out.
    const long = Math.max(1, Math.floor(rest * 0.9));
    const atLength = await progress.step(`${number(long)} more in one go`, () => drain(full, long));
    const { rows: tuples } = await full.pool.query(TUPLES);
    const { maxRssMb } = await relayProcess.ask('usage', null);
    const emptyRate = figure(samples.empty, 'higher');
    const fullRate = figure(samples.full, 'higher');
    const ratio = fullRate.median / emptyRate.median;
    const deadTuples = Number(tuples[0].dead);
    return {
      figures: { ratio: round(ratio, 3), deadTuples, relayMaxRssMb: round(maxRssMb) },
      targets: [
        { what: 'of the rate with an empty table', value: ratio, atLeast: 0.9 },
        { what: 'dead tuples', value: deadTuples, atMost: 0 },
        { what: 'memory of the relay', value: maxRssMb, atMost: 150, unit: ' MB' },
      ],
      tables: [
        {
          head: ['messages a second', 'best', 'median', 'rounds'],
          rows: [
            figureRow('empty table', emptyRate),
            figureRow('backlog', fullRate),
            ['ratio', String(round(fullRate.best / emptyRate.best, 3)), String(round(ratio, 3)), ''],
            [`backlog, ${number(long)} in one go`, number(rateOf(atLength)), '', ''],
          ],
        },
        {
          head: ['', 'measured'],
          rows: [
            ['dead tuples among messages', number(deadTuples)],
            ['rows of messages updated or deleted', number(Number(tuples[0].changed))],
            ['most memory of the relay process', `${round(maxRssMb)} MB`],
          ],
        },
      ],
      notes: [
        `${number(rows)} unpublished messages behind ${number(2 * rows)} published ones, beside an open transaction with ` +
          `${number(open)} more. A round is ${number(part)} messages, of the backlog or in an otherwise empty table.`,
        'The published ones were written like the others; the checkpoint was then set behind them.',
        'Each drain begins with a new relay that knows the checkpoint only. A checkpoint of Postgres precedes it; nothing ' +
          'is vacuumed by hand, so the first read of a page writes its hint bits.',
        `The relay process runs with ${SMALL_YOUNG_SPACE}, as the README recommends where memory is dear.`,
        'Dead tuples: pg_stat_user_tables, n_dead_tup over the partitions of the message table.',
      ],
    };
  } finally {
    held.release(true);
  }
}

const rateOf = ({ messages, ms }: Drain): number => (messages * 1_000) / ms;
