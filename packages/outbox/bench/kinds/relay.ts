import { fill } from '../load/fill.ts';
import { alternate, figure, round } from '../measure/rounds.ts';
import { startProcess } from '../processes/child.ts';
import type { Drain } from '../processes/meter.ts';
import type { RawProgram } from '../processes/raw.ts';
import { figureRow } from '../results/figure-row.ts';
import { createDatabase } from '../servers/database.ts';
import { countMessages, createTopic } from '../servers/topic.ts';
import type { BenchContext, Finding, Kind } from './kind.ts';

/** Both are compiled by then: what follows is measured. */
const WARM_UP = 40_000;

/** Drain: how much of what the client's own producer reaches does a relay reach? */
export const relay: Kind = { defaultRows: 200_000, usesClient: true, measure };

async function measure(context: BenchContext): Promise<Finding> {
  const { servers, options, progress, signal } = context;
  const { brokers } = servers;
  const { publisher: client, rows, rounds } = options;
  await using database = await createDatabase(servers);
  await using rawProcess = startProcess<RawProgram>(new URL('../processes/raw.ts', import.meta.url), {
    signal,
    nodeOptions: ['--conditions=@bezel/source'],
  });
  await using relayProcess = context.startRelay();

  async function raw(count: number): Promise<number> {
    await using topic = await createTopic(servers);
    const ms = await rawProcess.ask('send', { brokers, client, topic: topic.name, count });
    return (count * 1_000) / ms;
  }

  async function drain(count: number): Promise<Drain> {
    await using topic = await createTopic(servers);
    // The relay is not running: nobody reads.
    await database.pool.query('TRUNCATE outbox.message');
    await fill(database.pool, { topic: topic.name, count, signal });
    // What the filling left to be written to disk shall not be written while we measure.
    await database.pool.query('CHECKPOINT');
    const result = await relayProcess.ask('drain', { databaseUrl: database.url, brokers, client, count });
    const arrived = await countMessages(brokers, topic.name);
    if (arrived !== count) {
      throw new Error(`${count} messages were written, ${arrived} arrived`);
    }
    return result;
  }

  const warmUp = Math.min(WARM_UP, rows);
  await progress.step('warm up', async () => {
    await raw(warmUp);
    await drain(warmUp);
  });
  const startMs: number[] = [];
  const samples = await alternate(rounds, {
    raw: (n) => progress.step(`round ${n + 1} of ${rounds}: raw ${client}`, () => raw(rows)),
    relay: (n) =>
      progress.step(`round ${n + 1} of ${rounds}: relay`, async () => {
        const result = await drain(rows);
        startMs.push(result.startMs);
        return (result.messages * 1_000) / result.ms;
      }),
  });
  const rawRate = figure(samples.raw, 'higher');
  const relayRate = figure(samples.relay, 'higher');
  const ratio = relayRate.median / rawRate.median;
  const { maxRssMb } = await relayProcess.ask('usage', null);
  return {
    figures: {
      rawMsgPerS: round(rawRate.median),
      relayMsgPerS: round(relayRate.median),
      ratioToRaw: round(ratio, 3),
      peers: {},
    },
    targets: [{ what: 'of the raw producer', value: ratio, atLeast: 0.9 }],
    tables: [
      {
        head: ['messages a second', 'best', 'median', 'rounds'],
        rows: [
          figureRow(`raw ${client}`, rawRate),
          figureRow('relay', relayRate),
          ['relay to raw', String(round(relayRate.best / rawRate.best, 3)), String(round(ratio, 3)), ''],
        ],
      },
    ],
    notes: [
      `${rows} messages a round, payload 214 bytes, 12 partitions, acks all, idempotent, batches of 2,000, one in flight.`,
      'Timed from the first send, connecting included, to the last acknowledgement. ' +
        `Before its first send a relay took ${round(figure(startMs, 'lower').median)} ms (median) to connect, lease and read.`,
      'Rows are read as they were written: no vacuum in between. A checkpoint of Postgres precedes each drain.',
      `Most memory the relay process had: ${round(maxRssMb)} MB.`,
    ],
  };
}
