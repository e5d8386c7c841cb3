import { randomUUID } from 'node:crypto';
import { createTopic, testServers, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { createConsumer } from '../consumer/create-consumer.ts';
import { migrate } from '../migrate/migrate.ts';
import { createRelay } from '../relay/create-relay.ts';
import { createRetention } from '../retention/create-retention.ts';
import { counted, effectDatabase, effects, recordEffect } from '../testing/fixtures/consumer/effects.ts';
import { allPublished } from '../testing/fixtures/kafka/published.ts';
import { PUBLISHERS } from '../testing/fixtures/kafka/publishers.ts';
import { readTopic } from '../testing/fixtures/kafka/read-topic.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';
import type { OutboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { spawnRelay } from '../testing/fixtures/processes/spawn-relay.ts';
import { findPgbouncer, type Pgbouncer, startPgbouncer } from '../testing/fixtures/servers/pgbouncer.ts';
import { checkHistory } from '../testing/history/check-history.ts';
import { committedIn } from '../testing/history/committed-in.ts';
import { oneAfterTheOther } from '../testing/history/history.ts';
import { createOutbox } from '../writer/create-outbox.ts';

jest.setTimeout(180_000);

const program = findPgbouncer() ?? '';
const whenThere = program === '' ? test.skip : test;
const why = program === '' ? ' [skipped: there is no pgbouncer on this machine; install the package "pgbouncer"]' : '';
const [publishing] = PUBLISHERS;
const [subscribing] = SUBSCRIBERS;
if (publishing === undefined || subscribing === undefined) throw new Error('there is no Kafka client');

/** Fewer server sessions than there are writers: transactions of all clients take turns in them. */
const SERVER_SESSIONS = 3;
const WRITERS = 8;
const TRANSACTIONS = 60;

function poolThrough(pgbouncer: Pgbouncer, url: string): pg.Pool & AsyncDisposable {
  const pool = new pg.Pool({ connectionString: pgbouncer.throughPooler(url), max: 20 });
  pool.on('error', () => {});
  // Kysely does not listen to the connections it borrows, and their loss would end the process.
  pool.on('connect', (client) => void client.on('error', () => {}));
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() });
}

/** One key and one transaction after another; what fails, or whose COMMIT was not answered, is left as it is. */
async function writeKey(pool: pg.Pool, topic: string, key: string, wrote: (n: number) => void): Promise<void> {
  const Counted = counted(topic);
  const outbox = createOutbox({ source: '/test', db: pool });
  const db = new Kysely<Record<never, never>>({ dialect: new PostgresDialect({ pool }) });
  const viaKysely = (n: number) =>
    db.transaction().execute(async (tx) => {
      await outbox.write(tx, Counted, { key, n }, { serializeKey: n % 3 === 0 });
      await outbox.writeMany(tx, Counted, [{ data: { key, n: n + 1 } }, { data: { key, n: n + 2 } }]);
    });
  const viaPg = async (n: number): Promise<void> => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await outbox.write(client, Counted, { key, n });
      await client.query(n % 5 === 0 ? 'ROLLBACK' : 'COMMIT');
    } catch (error) {
      client.release(true);
      throw error;
    }
    client.release();
  };
  for (let transaction = 0; transaction < TRANSACTIONS; transaction += 1) {
    const n = transaction * 3;
    await (transaction % 2 === 0 ? viaKysely(n) : viaPg(n)).catch(() => {});
    await outbox.nudge().catch(() => {});
    wrote(transaction);
  }
}

async function insertOld({ pool }: OutboxDatabase, topic: string): Promise<number> {
  const { rows } = await pool.query(
    `INSERT INTO outbox.message (slot, shard, seq, id, topic, key, type, source, payload)
     VALUES (mod(outbox.current_slot() + 1, 4), 0, nextval('outbox.seq_g1_0_of_4'), $1, $2, 'old', 'test.counted', '/test', $3)
     RETURNING slot::int`,
    [randomUUID(), topic, '{"key":"old","n":1}'],
  );
  return rows[0].slot;
}

const sessions = async ({ pool }: OutboxDatabase): Promise<number> =>
  (
    await pool.query(
      `SELECT count(*)::int AS n FROM pg_stat_activity
       WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    )
  ).rows[0].n;

describe('behind pgbouncer in transaction mode', () => {
  whenThere(`nothing is lost and the order is kept, whatever is killed${why}`, async () => {
    await using database = await effectDatabase();
    await using pgbouncer = await startPgbouncer(program, testServers().postgresUrl, { poolSize: SERVER_SESSIONS });
    await using pool = poolThrough(pgbouncer, database.url);
    const topic = await createTopic('pooled');
    expect((await migrate(pool)).applied).toEqual([]);
    const old = await insertOld(database, topic);

    await using first = spawnRelay(publishing.client, pgbouncer.throughPooler(database.url));
    await using second = createRelay({
      db: pool,
      publisher: publishing.publisher(),
      leaseMs: 1_000,
      checkpointMs: 20,
      maxBatchSize: 50,
      retry: { firstMs: 20, maxMs: 200 },
    });
    await using consumer = createConsumer({
      db: pool,
      subscriber: subscribing.subscriber(),
      groupId: randomUUID(),
      handlers: [recordEffect(topic)],
      retry: { firstMs: 20, maxMs: 200 },
    });
    await using retention = createRetention({ db: pool, everyMs: 50 });
    await second.start();
    await consumer.start();
    retention.start();

    let transactions = 0;
    let most = 0;
    const kills = [
      { after: 80, kill: async () => void first.child.kill('SIGKILL') },
      { after: 160, kill: () => pgbouncer.kill().then(() => pgbouncer.start()) },
      {
        after: 300,
        kill: () =>
          database.pool.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`,
          ),
      },
    ];
    const killed: Promise<unknown>[] = [];
    const wrote = (): void => {
      transactions += 1;
      const next = kills.find(({ after }) => after === transactions);
      if (next !== undefined)
        killed.push(
          sessions(database).then((n) => (most = Math.max(most, n))),
          next.kill(),
        );
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, n) => writeKey(pool, topic, `key-${n}`, wrote)));
    await Promise.all(killed);
    expect(killed).toHaveLength(2 * kills.length);
    expect(await first.ended).toBe('SIGKILL');

    const messages = await allPublished(database.pool, topic, 60_000);
    // The old one may have been removed from the outbox by now.
    const written = (await committedIn(database.pool)).filter(({ key }) => key !== 'old');
    expect(new Set(written.map(({ key }) => key)).size).toBe(WRITERS);
    expect(written.length).toBeGreaterThan(WRITERS * TRANSACTIONS);
    // Server sessions of the pooler; the test's own pool has some beside them.
    expect(most).toBeLessThanOrEqual(SERVER_SESSIONS + 2);

    await waitFor('the effects', async () => (await effects(database.pool)).length >= written.length + 1, {
      deadlineMs: 60_000,
    });
    const done = await effects(database.pool);
    expect(done.filter(({ key }) => key === 'old')).toHaveLength(1);
    const arrived = messages.filter(({ key }) => key !== 'old');
    const handled = done.filter(({ key }) => key !== 'old');
    expect(checkHistory({ ...oneAfterTheOther(written), arrived, handled })).toEqual([]);
    await waitFor('the old slot to be emptied', async () => {
      const { rows } = await database.pool.query('SELECT count(*)::int AS n FROM outbox.message WHERE slot = $1', [
        old,
      ]);
      return rows[0].n === 0;
    });
    expect([second.status().trouble, consumer.status().trouble, retention.status().trouble]).toEqual([
      null,
      null,
      null,
    ]);
  });

  whenThere(`a nudge may go unheard: messages leave with the next poll${why}`, async () => {
    await using database = await effectDatabase();
    await using pgbouncer = await startPgbouncer(program, testServers().postgresUrl, { poolSize: SERVER_SESSIONS });
    await using pool = poolThrough(pgbouncer, database.url);
    const topic = await createTopic('pooled');
    const outbox = createOutbox({ source: '/test', db: pool });
    const problems: string[] = [];
    await using relay = createRelay({
      db: pool,
      publisher: publishing.publisher(),
      onError: ({ error }) => problems.push(error.message),
    });
    await relay.start();
    await waitFor('the shards', () => relay.status().shards.length === 4);
    for (let n = 0; n < 50; n += 1) {
      const client = await pool.connect();
      await client.query('BEGIN');
      await outbox.write(client, counted(topic), { key: `k${n}`, n });
      await client.query('COMMIT');
      client.release();
      await Promise.all([outbox.nudge(), outbox.nudge()]);
      await waitFor('the message', () => relay.status().published === n + 1, { everyMs: 5 });
    }
    expect(await readTopic(topic)).toHaveLength(50);
    expect(problems).toEqual([]);
  });
});
