import { createDatabase, createTopic, type TestDatabase, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { createRelay } from '../relay/create-relay.ts';
import { SCHEMA_VERSION } from '../relay/shards/preflight.ts';
import { faultsOn } from '../testing/fixtures/kafka/published.ts';
import { PUBLISHERS } from '../testing/fixtures/kafka/publishers.ts';
import { noted } from '../testing/fixtures/outbox/events.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';
import { migrateTo } from '../testing/fixtures/schema/migrate-to.ts';
import { createOutbox } from '../writer/create-outbox.ts';
import { migrate } from './migrate.ts';
import { loadMigrations } from './migrations.ts';
import * as sql from './statements.ts';

jest.setTimeout(120_000);

const [publishing] = PUBLISHERS;
if (publishing === undefined) throw new Error('there is no Kafka client');
const versions = loadMigrations().map(({ version }) => version);
const latest = versions.at(-1) ?? 0;
const SCHEMA = '"outbox"';

interface Upgraded extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly pool: pg.Pool;
}

async function emptyDatabase(): Promise<Upgraded> {
  const database = await createDatabase();
  const pool = new pg.Pool({ connectionString: database.url });
  pool.on('error', () => {});
  return {
    database,
    pool,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** Writers of this version, a transaction a message, until they are told to stop. Any error ends the test. */
function startWriters(pool: pg.Pool, topic: string) {
  const outbox = createOutbox({ source: '/test' });
  let running = true;
  let written = 0;
  const work = Promise.all(
    ['a', 'b', 'c'].map(async (key) => {
      for (let n = 1; running; n += 1) {
        await using transaction = await openTransaction(pool);
        await outbox.write(transaction.client, noted(topic), { key, n });
        await transaction.end('COMMIT');
        written += 1;
      }
    }),
  );
  work.catch(() => {});
  return {
    /** Waits until so many more messages are committed. */
    wrote: (more: number) => {
      const goal = written + more;
      return Promise.race([waitFor(`${more} messages`, () => written >= goal), work]);
    },
    async stop() {
      running = false;
      await work;
    },
  };
}

const relayOn = (pool: pg.Pool) =>
  createRelay({ db: pool, publisher: publishing.publisher(), leaseMs: 1_000, retry: { firstMs: 20, maxMs: 200 } });

describe.each(versions.slice(0, -1))('a schema of version %i, with rows in it', (from) => {
  test('comes up to date step by step while writers of this version write; what was there is published', async () => {
    await using upgraded = await emptyDatabase();
    const { pool, database } = upgraded;
    const topic = await createTopic('upgraded', { partitions: 3 });
    await migrateTo(pool, from);
    if (from >= 2) {
      await pool.query(`INSERT INTO outbox.consumer_position VALUES ('g', 't', 0, 7)`);
      await pool.query(
        `INSERT INTO outbox.inbox (group_id, slot, ce_time, id) SELECT 'g', outbox.inbox_slot(now()), now(), 'id'`,
      );
    }
    const writers = startWriters(pool, topic);
    await writers.wrote(20);
    if (from < SCHEMA_VERSION) {
      await expect(relayOn(pool).start()).rejects.toMatchObject({ code: 'SCHEMA_OUTDATED' });
    }
    await using held = await openTransaction(pool);
    await createOutbox({ source: '/test' }).write(held.client, noted(topic), { key: 'held', n: 1 });

    for (const version of versions.filter((candidate) => candidate > from && candidate < latest)) {
      await migrateTo(pool, version);
      await writers.wrote(5);
    }
    const results = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
    expect(results.flatMap(({ applied }) => applied)).toEqual(from === latest ? [] : [latest]);
    await using relay = relayOn(pool);
    await relay.start();
    await writers.wrote(20);
    await held.end('COMMIT');
    await writers.stop();

    expect(await faultsOn(pool, topic)).toEqual([]);
    expect((await pool.query('SELECT shards FROM outbox.config')).rows).toEqual([{ shards: 4 }]);
    if (from >= 2) {
      const { rows } = await pool.query(
        `SELECT next_offset::int, (SELECT id FROM outbox.inbox) AS id FROM outbox.consumer_position`,
      );
      expect(rows).toEqual([{ next_offset: 7, id: 'id' }]);
    }
  });
});

test('a schema of a later version: writers and a relay of this one go on through the change, and start anew', async () => {
  await using upgraded = await emptyDatabase();
  const { pool } = upgraded;
  const topic = await createTopic('upgraded', { partitions: 3 });
  await migrate(pool, { shards: 4 });
  const problems: string[] = [];
  await using before = createRelay({
    db: pool,
    publisher: publishing.publisher(),
    leaseMs: 1_000,
    onError: ({ error }) => problems.push(error.message),
  });
  await before.start();
  const writers = startWriters(pool, topic);
  await writers.wrote(20);
  const later = latest + 1;
  await pool.query(
    `BEGIN;
     ALTER TABLE outbox.message ADD COLUMN later text;
     ALTER TABLE outbox.parked_message ADD COLUMN later text;
     ALTER TABLE outbox.checkpoint ADD COLUMN later integer NOT NULL DEFAULT 0;
     ALTER TABLE outbox.config ADD COLUMN later integer NOT NULL DEFAULT 0;
     CREATE TABLE outbox.later ();
     ${sql.recordVersion(SCHEMA, later, 'later')};
     COMMIT`,
  );
  await writers.wrote(50);
  const seen = before.status().published;
  await waitFor('more to be published', () => before.status().published > seen);
  expect(problems).toEqual([]);
  await before.stop();
  await using after = relayOn(pool);
  await after.start();
  await writers.wrote(20);
  await writers.stop();
  expect(await faultsOn(pool, topic)).toEqual([]);
  expect(await migrate(pool)).toEqual({ applied: [], version: later });
});
