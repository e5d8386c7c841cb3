import { randomUUID } from 'node:crypto';
import { describe, expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import { migrate } from '../migrate/migrate.ts';
import { inspectSchema } from '../relay/shards/preflight.sql.ts';
import { preflight } from '../relay/shards/preflight.ts';
import { shardOf } from '../shard/hash.ts';
import { outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { insertMessage as insert, reading, type StepwiseReader } from '../testing/fixtures/outbox/reading.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';
import { DEFAULT_LIMITS } from './tracker/tracker-limits.ts';

jest.setTimeout(60_000);

// The ways in which a number can be missing for a while, each of which once made a reader step over a message. One shard,
// and reads taken one by one at the moments that matter.

const commit = (pool: pg.Pool, key: string) => pool.query(insert(key));

const oneShard = () => outboxDatabase({ shards: 1 });

/** Rows that COMMIT PREPARED makes visible long before it gives the locks back, because it has files to remove. */
const DROPPED_TABLES = 1_000;

test('rows of a prepared transaction are read first, though it still holds its locks when they become visible', async () => {
  let hits = 0;
  for (let round = 0; hits === 0 && round < 12; round += 1) {
    await using database = await oneShard();
    const { pool } = database;
    const reader = await reading(database);
    const tables = Array.from({ length: DROPPED_TABLES }, (_, n) => `x${n}`);
    for (let n = 0; n < DROPPED_TABLES; n += 50) {
      await pool.query(
        tables
          .slice(n, n + 50)
          .map((table) => `CREATE TABLE ${table} (a int PRIMARY KEY)`)
          .join(';'),
      );
    }
    await using early = await openTransaction(pool);
    await early.client.query(
      `INSERT INTO outbox.message (shard, seq, id, topic, key, type, source, payload)
       SELECT 0, nextval('outbox.seq_g1_0_of_1'), gen_random_uuid(), 't', 'early', 'x', '/test', '{}' FROM generate_series(1, 300)`,
    );
    await early.client.query(`DROP TABLE ${tables.join(', ')}`);
    const name = `ending-${randomUUID()}`;
    await early.end(`PREPARE TRANSACTION '${name}'`);
    await commit(pool, 'other');
    for (let n = 0; n < 5; n += 1) await reader.read();
    expect(reader.tracker.plan().restingOn).toHaveLength(1);

    let committing = true;
    const committed = pool.query(`COMMIT PREPARED '${name}'`).finally(() => {
      committing = false;
    });
    const later = `${insert('later').replace('VALUES (', 'SELECT ').replace(/\)$/, '')} WHERE EXISTS (SELECT FROM outbox.message WHERE key = 'early')`;
    while ((await pool.query(later)).rowCount === 0) {
      // until the rows are visible
    }
    await reader.read();
    if (committing) hits += 1;
    await committed;
    for (let n = 0; n < 5; n += 1) await reader.read();
    expect(reader.seen.filter((key) => key === 'early')).toHaveLength(300);
    expect(reader.seen.indexOf('later')).toBeGreaterThan(reader.seen.lastIndexOf('early'));
  }
  expect(hits).toBeGreaterThan(0);
});

describe('a message that becomes visible late is read', () => {
  test('committed out of order', async () => {
    await using database = await oneShard();
    const reader = await reading(database);
    await using late = await openTransaction(database.pool);
    await late.client.query(insert('late'));
    await commit(database.pool, 'early');
    for (let n = 0; n < 5; n += 1) await reader.read();
    expect(reader.seen).toEqual(['early']);
    expect(reader.tracker.gapCount).toBe(1);
    await late.end('COMMIT');
    expect(await reader.read()).toEqual(['late']);
    expect(reader.tracker.gapCount).toBe(0);
  });

  test('written after a savepoint was rolled back, with a number drawn before it', async () => {
    await using database = await oneShard();
    const reader = await reading(database);
    await using late = await openTransaction(database.pool);
    await late.client.query('SAVEPOINT s');
    const { rows } = await late.client.query(`SELECT nextval('outbox.seq_g1_0_of_1')::int AS seq`);
    await late.client.query(insert('undone', String(rows[0].seq)));
    await late.client.query('ROLLBACK TO SAVEPOINT s');
    await commit(database.pool, 'early');
    for (let n = 0; n < 5; n += 1) await reader.read();
    await late.client.query(insert('again', String(rows[0].seq)));
    for (let n = 0; n < 5; n += 1) await reader.read();
    await late.end('COMMIT');
    await reader.read();
    expect(reader.seen).toEqual(['early', 'again']);
  });

  test('drawn by a plain SELECT nextval long before the table is touched', async () => {
    await using database = await oneShard();
    const reader = await reading(database);
    await using late = await openTransaction(database.pool);
    const { rows } = await late.client.query(`SELECT nextval('outbox.seq_g1_0_of_1')::int AS seq`);
    await commit(database.pool, 'early');
    for (let n = 0; n < 5; n += 1) await reader.read();
    expect(reader.tracker.gapCount).toBe(1);
    await late.client.query(insert('late', String(rows[0].seq)));
    await late.end('COMMIT');
    await reader.read();
    expect(reader.seen).toEqual(['early', 'late']);
  });

  test('inserted straight into a partition, which locks another table than the parent', async () => {
    await using database = await oneShard();
    const reader = await reading(database);
    await using late = await openTransaction(database.pool);
    const { rows } = await late.client.query('SELECT outbox.current_slot() AS slot');
    await late.client.query(insert('late', undefined, `message_slot_${rows[0].slot}`));
    await commit(database.pool, 'early');
    for (let n = 0; n < 5; n += 1) await reader.read();
    await late.end('COMMIT');
    await reader.read();
    expect(reader.seen).toEqual(['early', 'late']);
  });

  test('prepared, its session gone, and committed by another', async () => {
    await using database = await oneShard();
    const reader = await reading(database);
    const late = await openTransaction(database.pool);
    const name = `late-${process.pid}-${Date.now()}`;
    await late.client.query(insert('late'));
    await commit(database.pool, 'early');
    await reader.read();
    await reader.read();
    await late.end(`PREPARE TRANSACTION '${name}'`);
    try {
      for (let n = 0; n < 5; n += 1) await reader.read();
      expect(reader.seen).toEqual(['early']);
      expect(reader.tracker.gapCount).toBe(1);
    } finally {
      await database.pool.query(`COMMIT PREPARED '${name}'`);
    }
    await reader.read();
    expect(reader.seen).toEqual(['early', 'late']);
  });

  test('written by a transaction that is prepared before anybody saw its number', async () => {
    await using database = await oneShard();
    const reader = await reading(database);
    const late = await openTransaction(database.pool);
    const name = `unseen-${process.pid}-${Date.now()}`;
    await late.client.query(insert('late'));
    await late.end(`PREPARE TRANSACTION '${name}'`);
    try {
      await commit(database.pool, 'early');
      for (let n = 0; n < 5; n += 1) await reader.read();
    } finally {
      await database.pool.query(`COMMIT PREPARED '${name}'`);
    }
    await reader.read();
    expect(reader.seen).toEqual(['early', 'late']);
  });

  test('committed between a read and the look of the next, while others come and go', async () => {
    await using database = await oneShard();
    const reader = await reading(database);
    for (let n = 0; n < 50; n += 1) {
      await using late = await openTransaction(database.pool);
      await late.client.query(insert(`late-${n}`));
      await commit(database.pool, `early-${n}`);
      // The commit races with a read: whichever comes first, nothing may be given up too soon.
      const racing = reader.read();
      await late.end('COMMIT');
      await racing;
    }
    await reader.read();
    await reader.read();
    expect(reader.seen.toSorted()).toEqual(
      Array.from({ length: 50 }, (_, n) => [`late-${n}`, `early-${n}`])
        .flat()
        .toSorted(),
    );
    await reader.read();
    expect(reader.tracker.gapCount).toBe(0);
  });

  test('written by a repeatable-read transaction through the SQL function', async () => {
    await using database = await oneShard();
    const reader = await reading(database);
    await using late = await openTransaction(database.pool, 'BEGIN ISOLATION LEVEL REPEATABLE READ');
    await late.client.query(`SELECT outbox.write('t', 'late', 'x', '/test', '{}')`);
    await database.pool.query(`SELECT outbox.write('t', 'early', 'x', '/test', '{}')`);
    for (let n = 0; n < 5; n += 1) await reader.read();
    await late.end('COMMIT');
    await reader.read();
    expect(reader.seen).toEqual(['early', 'late']);
  });
});

/** Reads that cover the gap and look for nobody yet, the look that finds nobody, and the read that covers it once more. */
async function readUntilGivenUp(reader: StepwiseReader): Promise<void> {
  for (let n = 0; n < DEFAULT_LIMITS.lookAfterReads + 2; n += 1) await reader.read();
}

describe('a number that never becomes visible is given up, and delays nothing meanwhile', () => {
  test('rolled back', async () => {
    await using database = await oneShard();
    const reader = await reading(database);
    const gone = await openTransaction(database.pool);
    await gone.client.query(insert('gone'));
    await commit(database.pool, 'stays');
    await reader.read();
    expect(reader.tracker.gapCount).toBe(1);
    await gone.end('ROLLBACK');
    await readUntilGivenUp(reader);
    expect(reader.tracker.gapCount).toBe(0);
    expect(reader.seen).toEqual(['stays']);
  });

  test('rolled back at the end of the sequence, where no later row shows the gap', async () => {
    await using database = await oneShard();
    const reader = await reading(database);
    const gone = await openTransaction(database.pool);
    await gone.client.query(insert('gone'));
    await gone.end('ROLLBACK');
    await reader.read();
    await reader.read();
    await readUntilGivenUp(reader);
    expect(reader.tracker.cursor).toBe(1);
    expect(reader.tracker.gapCount).toBe(0);
  });

  test('half a million numbers of an open transaction cost a read nothing once they are at rest', async () => {
    await using database = await oneShard();
    const reader = await reading(database);
    await using open = await openTransaction(database.pool);
    await open.client.query(
      `INSERT INTO outbox.message (shard, seq, id, topic, key, type, source, payload)
       SELECT 0, nextval('outbox.seq_g1_0_of_1'), gen_random_uuid(), 't', 'bulk', 'x', '/test', '{}' FROM generate_series(1, 20000)`,
    );
    await commit(database.pool, 'beside');
    for (let n = 0; n < 4; n += 1) await reader.read();
    expect(reader.seen).toEqual(['beside']);
    expect(reader.tracker.plan()).toMatchObject({ gaps: [], restingOn: [expect.stringMatching(/^\d+\/\d+$/)] });
    await commit(database.pool, 'after');
    expect(await reader.read()).toEqual(['after']);
    await open.end('COMMIT');
    await commit(database.pool, 'last');
    // The look finds the holder gone: this read answers nothing, the next ones read the gap before what came later.
    expect(await reader.read()).toEqual([]);
    while (!reader.seen.includes('last')) await reader.read();
    const bulk = reader.seen.filter((key) => key === 'bulk');
    expect(bulk).toHaveLength(20_000);
    expect(reader.seen.at(-1)).toBe('last');
  });
});

describe('what proves something', () => {
  test('places keys alike in both writers', async () => {
    await using database = await outboxDatabase({ shards: 7 });
    await database.pool.query(
      `SELECT outbox.write('topic', 'key-' || n, 'x', '/test', '{}') FROM generate_series(1, 100) AS n`,
    );
    const { rows } = await database.pool.query('SELECT shard, key FROM outbox.message');
    expect(rows).toHaveLength(100);
    for (const { shard, key } of rows) expect(shard).toBe(shardOf('topic', key, 7));
  });

  test.each(['CACHE 10', 'INCREMENT 2', 'MAXVALUE 1000 CYCLE'])('refuses a sequence with %s', async (setting) => {
    await using database = await oneShard();
    await database.pool.query(`ALTER SEQUENCE outbox.seq_g1_0_of_1 ${setting}`);
    await expect(reading(database)).rejects.toMatchObject({ code: 'SEQUENCE_UNSAFE', retryable: false });
  });

  test('refuses a login that may not read the sequences, for which nothing would ever seem to be drawn', async () => {
    await using database = await oneShard();
    const login = `${new URL(database.url).pathname.slice(1)}_reader`;
    await database.pool.query(`CREATE ROLE ${login}`);
    await migrate(database.pool, { grantTo: [login] });
    await database.pool.query(`REVOKE ALL ON SEQUENCE outbox.seq_g1_0_of_1 FROM ${login}`);
    await using session = await openTransaction(database.pool, `BEGIN; SET LOCAL ROLE ${login}`);
    const run = { run: (text: string, values: unknown[]) => session.client.query(text, values) };
    await expect(preflight(run, inspectSchema('"outbox"'), 'outbox')).rejects.toMatchObject({ code: 'GRANT_MISSING' });
    await session.end('ROLLBACK');
    await database.pool.query(`DROP OWNED BY ${login}; DROP ROLE ${login}`);
  });

  test('refuses a database without the schema, and one that came from another cluster', async () => {
    await using database = await oneShard();
    await database.pool.query('UPDATE outbox.config SET system_identifier = system_identifier + 1');
    await expect(reading(database)).rejects.toMatchObject({ code: 'CLUSTER_CHANGED' });
    await database.pool.query('DROP SCHEMA outbox CASCADE');
    await expect(reading(database)).rejects.toMatchObject({ code: 'SCHEMA_OUTDATED' });
  });

  test("pg_sequence_last_value is never ahead of what was drawn; the sequence's own row is", async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const stop = new AbortController();
    const drawing = Array.from({ length: 3 }, async () => {
      while (!stop.signal.aborted) {
        await database.pool.query(`SELECT count(nextval('outbox.seq_g1_0_of_1')) FROM generate_series(1, 1000)`);
      }
    });
    // Each statement takes the function's value first and then draws a number of its own: the value must be smaller.
    for (let n = 0; n < 2_000; n += 1) {
      const { rows } = await database.pool.query(
        `WITH before AS MATERIALIZED (SELECT coalesce(pg_sequence_last_value('outbox.seq_g1_0_of_1'::regclass), 0) AS value)
         SELECT value < nextval('outbox.seq_g1_0_of_1') AS sound FROM before`,
      );
      expect(rows).toEqual([{ sound: true }]);
    }
    stop.abort();
    await Promise.all(drawing);
  });
});
