import { setTimeout as delay } from 'node:timers/promises';
import { type Finding, round } from '@bezel/local/measuring';
import { fill } from '../load/fill.ts';
import { asSuperuser, createDatabase } from '../servers/database.ts';
import { createTopic } from '../servers/topic.ts';
import { untilArrived } from '../servers/until-arrived.ts';
import type { BenchContext, Kind } from './kind.ts';

/** Nothing to do: what does a relay cost then? */
export const idle: Kind = { defaultRows: 1_000, usesClient: true, measure };

/** Long enough for a relay to slow down after its last message, and for sessions to report their counts. */
const SETTLE_MS = 5_000;

/**
 * Transactions that ended in one database. Each statement of a relay is a transaction of its own, so these are its
 * statements. It is asked for on a connection to another database, and needs no extension, unlike pg_stat_statements.
 */
const TRANSACTIONS = 'SELECT xact_commit + xact_rollback AS count FROM pg_stat_database WHERE datname = $1';

async function measure({ servers, options, progress, signal, startRelay }: BenchContext): Promise<Finding> {
  const { brokers } = servers;
  const { publisher: client, rows, silence } = options;
  await using database = await createDatabase(servers);
  await using topic = await createTopic(servers);
  await using relayProcess = startRelay();
  await progress.step(`${rows} messages, so that everything is connected`, async () => {
    await relayProcess.ask('start', { databaseUrl: database.url, brokers, client });
    await fill(database.pool, { topic: topic.name, count: rows, signal });
    await untilArrived(brokers, topic.name, rows, signal);
    await delay(SETTLE_MS, undefined, { signal });
  });
  const look = async () => {
    const { rows: counted } = await asSuperuser(servers.postgresUrl, (admin) =>
      admin.query(TRANSACTIONS, [database.name]),
    );
    const { cpuMs } = await relayProcess.ask('usage', null);
    return { at: performance.now(), transactions: Number(counted[0].count), cpuMs };
  };
  const [before, after] = await progress.step(`${silence} s of silence`, async () => [
    await look(),
    await delay(silence * 1_000, undefined, { signal }).then(look),
  ]);
  await relayProcess.ask('stop', null);
  const ms = after.at - before.at;
  const statementsPerS = ((after.transactions - before.transactions) * 1_000) / ms;
  const cpuPercent = ((after.cpuMs - before.cpuMs) * 100) / ms;
  return {
    figures: { statementsPerS: round(statementsPerS, 1), cpuPercent: round(cpuPercent, 2) },
    targets: [
      { what: 'statements a second', value: statementsPerS, atMost: 25 },
      { what: 'of a core', value: cpuPercent, atMost: 1, unit: ' %' },
    ],
    tables: [
      {
        head: ['', 'measured'],
        rows: [
          ['statements a second', String(round(statementsPerS, 1))],
          ['CPU of the relay process, of one core', `${round(cpuPercent, 2)} %`],
        ],
      },
    ],
    notes: [
      `${silence} s, after ${rows} messages and ${SETTLE_MS / 1_000} s of rest. One relay with all 8 shards.`,
      'Statements are counted by pg_stat_database (transactions of the database: a relay’s statements are transactions of ' +
        'their own). Autovacuum counts as well.',
    ],
  };
}
