import { waitFor } from '@bezel/local/testing';
import { describe, expect, test } from '@jest/globals';
import { type Generated, Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { z } from 'zod';
import { defineEvent } from '../event/define-event.ts';
import { shardOf } from '../shard/hash.ts';
import { enableFailpoint } from '../testing/failpoints.ts';
import { outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { noted } from '../testing/fixtures/outbox/events.ts';
import { createOutbox } from './create-outbox.ts';

const Noted = noted('test.topic');
const outbox = createOutbox({ source: '/test' });

const rowsOf = async (db: pg.Pool) =>
  (await db.query(`SELECT *, convert_from(payload, 'UTF8') AS json FROM outbox.message ORDER BY shard, seq`)).rows;

async function client(pool: pg.Pool): Promise<pg.PoolClient & Disposable> {
  const connection = await pool.connect();
  return Object.assign(connection, { [Symbol.dispose]: () => connection.release(true) });
}

describe('write', () => {
  test('stores the message with the fact, and nothing after a rollback (pg client)', async () => {
    await using database = await outboxDatabase();
    using tx = await client(database.pool);
    await tx.query('BEGIN');
    const { id } = await outbox.write(tx, Noted, { key: 'a', n: 1 }, { headers: { tenant: 't1' } });
    expect(await rowsOf(database.pool)).toEqual([]);
    await tx.query('COMMIT');
    await tx.query('BEGIN');
    await outbox.write(tx, Noted, { key: 'a', n: 2 });
    await tx.query('ROLLBACK');
    expect(await rowsOf(database.pool)).toMatchObject([
      {
        id,
        shard: shardOf('test.topic', 'a', 4),
        seq: '1',
        topic: 'test.topic',
        key: 'a',
        type: 'test.noted',
        source: '/test',
        headers: { tenant: 't1' },
        json: '{"key":"a","n":1}',
      },
    ]);
  });

  test('takes transactions of Kysely, controlled ones included, and refuses Kysely without one', async () => {
    await using database = await outboxDatabase();
    const db = new Kysely<{ order: { id: Generated<number> } }>({
      dialect: new PostgresDialect({ pool: database.pool }),
    });
    await db.transaction().execute(async (trx) => {
      await outbox.write(trx, Noted, { key: 'a', n: 1 });
      await outbox.writeMany(trx, Noted, [{ data: { key: 'b', n: 2 } }, { data: { key: 'a', n: 3 } }], {
        serializeKey: true,
      });
    });
    const controlled = await db.startTransaction().execute();
    await outbox.write(controlled, Noted, { key: 'a', n: 4 });
    await controlled.rollback().execute();
    expect((await rowsOf(database.pool)).map(({ json }) => JSON.parse(json).n).toSorted()).toEqual([1, 2, 3]);
    await expect(outbox.write(db, Noted, { key: 'a', n: 5 })).rejects.toMatchObject({ code: 'TRANSACTION_MISSING' });
  });

  test('keeps the written order of a thousand messages per shard', async () => {
    await using database = await outboxDatabase({ shards: 3 });
    using tx = await client(database.pool);
    await tx.query('BEGIN');
    await outbox.writeMany(
      tx,
      Noted,
      Array.from({ length: 1000 }, (_, n) => ({ data: { key: `k${n % 17}`, n } })),
    );
    await tx.query('COMMIT');
    const perShard = Map.groupBy(await rowsOf(database.pool), ({ shard }) => shard);
    expect(perShard.size).toBe(3);
    for (const rows of perShard.values()) {
      const numbers = rows.map(({ json }) => JSON.parse(json).n);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(rows.map(({ seq }) => Number(seq))).toEqual(rows.map((_, index) => index + 1));
    }
  });

  test('refuses a pool and a client outside a transaction, and waits for a BEGIN that is still queued', async () => {
    await using database = await outboxDatabase();
    using tx = await client(database.pool);
    await expect(outbox.write(database.pool, Noted, { key: 'a', n: 1 })).rejects.toMatchObject({
      code: 'TRANSACTION_MISSING',
    });
    await tx.query('SELECT 1');
    await expect(outbox.write(tx, Noted, { key: 'a', n: 1 })).rejects.toMatchObject({ code: 'TRANSACTION_MISSING' });
    const begun = tx.query('BEGIN');
    await outbox.write(tx, Noted, { key: 'a', n: 1 });
    await begun;
    await tx.query('COMMIT');
    expect(await rowsOf(database.pool)).toHaveLength(1);
  });

  test('refuses what the schema refuses, and stores what the schema made of the data', async () => {
    await using database = await outboxDatabase();
    using tx = await client(database.pool);
    const Priced = defineEvent({
      type: 'test.priced',
      topic: 't',
      key: (data) => data.id,
      schema: z.object({ id: z.string(), currency: z.string().default('EUR') }),
    });
    await tx.query('BEGIN');
    await expect(outbox.write(tx, Noted, { key: 'a', n: 1.5 })).rejects.toMatchObject({
      code: 'EVENT_INVALID',
      retryable: false,
      message: expect.stringContaining('n: '),
    });
    await expect(outbox.write(tx, Noted, { key: '', n: 1 })).rejects.toMatchObject({ code: 'EVENT_INVALID' });
    await expect(outbox.write(tx, Noted, { key: 'a', n: 1 }, { id: 'x' })).rejects.toMatchObject({
      code: 'EVENT_INVALID',
    });
    await expect(outbox.write(tx, Noted, { key: 'a', n: 1 }, { headers: { ce_id: 'x' } })).rejects.toMatchObject({
      code: 'EVENT_INVALID',
    });
    await expect(outbox.write(tx, Noted, { key: 'a', n: 1, text: 'x'.repeat(1_000_000) })).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
    });
    // @ts-expect-error a writer in JavaScript may leave out what has a default
    await outbox.write(tx, Priced, { id: 'a' });
    await tx.query('COMMIT');
    expect((await rowsOf(database.pool)).map(({ json }) => json)).toEqual(['{"id":"a","currency":"EUR"}']);
  });

  test('serializeKey: the second writer of a key waits for the first to commit, another key does not', async () => {
    await using database = await outboxDatabase();
    using first = await client(database.pool);
    using second = await client(database.pool);
    await first.query('BEGIN');
    await second.query('BEGIN');
    await outbox.write(first, Noted, { key: 'a', n: 1 }, { serializeKey: true });
    await outbox.write(second, Noted, { key: 'b', n: 1 }, { serializeKey: true });
    let done = false;
    const waiting = outbox.write(second, Noted, { key: 'a', n: 2 }, { serializeKey: true }).then(() => {
      done = true;
    });
    const { rows } = await aWriterIsBlocked(database.pool);
    expect(rows).toHaveLength(1);
    expect(done).toBe(false);
    await first.query('COMMIT');
    await waiting;
    await second.query('COMMIT');
    const ofA = (await rowsOf(database.pool)).filter(({ key }) => key === 'a');
    expect(ofA.map(({ json }) => JSON.parse(json).n)).toEqual([1, 2]);
  });

  test('without serializeKey two writers of a key do not wait for each other', async () => {
    await using database = await outboxDatabase();
    using first = await client(database.pool);
    using second = await client(database.pool);
    await first.query('BEGIN');
    await outbox.write(first, Noted, { key: 'a', n: 1 });
    // Whoever had to wait for the first would fail.
    await second.query(`BEGIN; SET LOCAL lock_timeout = '1s'`);
    await expect(outbox.write(second, Noted, { key: 'a', n: 2 })).resolves.toEqual({ id: expect.any(String) });
    await second.query('COMMIT');
    await first.query('COMMIT');
    expect(await rowsOf(database.pool)).toHaveLength(2);
  });

  test('a number is drawn by the transaction that writes, which holds the sequence until its end', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    using tx = await client(database.pool);
    const holders = async () =>
      (
        await database.pool.query(
          `SELECT pid FROM pg_locks WHERE mode = 'RowExclusiveLock' AND relation = 'outbox.seq_g1_0_of_1'::regclass
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        )
      ).rows;
    await tx.query('BEGIN');
    const { rows } = await tx.query('SELECT pg_backend_pid() AS pid');
    await tx.query('SAVEPOINT s');
    await outbox.write(tx, Noted, { key: 'a', n: 1 });
    await tx.query('ROLLBACK TO SAVEPOINT s');
    expect(await holders()).toEqual(rows);
    await outbox.write(tx, Noted, { key: 'a', n: 2 });
    await tx.query('COMMIT');
    expect(await holders()).toEqual([]);
    // Many in one statement draw theirs likewise.
    await tx.query('BEGIN');
    await outbox.writeMany(tx, Noted, [{ data: { key: 'a', n: 3 } }, { data: { key: 'a', n: 4 } }]);
    expect(await holders()).toEqual(rows);
    await tx.query('COMMIT');
    expect(await holders()).toEqual([]);
    expect(await rowsOf(database.pool)).toMatchObject([{ seq: '2' }, { seq: '3' }, { seq: '4' }]);
  });

  test('a writer whose snapshot is older than a change of the shard count fails', async () => {
    await using database = await outboxDatabase({ shards: 2 });
    using tx = await client(database.pool);
    await tx.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await tx.query('SELECT 1 FROM outbox.config');
    await database.pool.query(`UPDATE outbox.config SET shards = 1, generation = 2`);
    await database.pool.query(
      `DROP SEQUENCE outbox.seq_g1_0_of_2; DROP SEQUENCE outbox.seq_g1_1_of_2; CREATE SEQUENCE outbox.seq_g2_0_of_1`,
    );
    await expect(outbox.write(tx, Noted, { key: 'a', n: 1 })).rejects.toMatchObject({ code: '42P01' });
  });

  test('the failpoint commits the message although its transaction fails', async () => {
    await using database = await outboxDatabase();
    using tx = await client(database.pool);
    const broken = createOutbox({ source: '/test', db: database.pool });
    using _ = enableFailpoint('writer.commits-early', 'break');
    await tx.query('BEGIN');
    await expect(broken.write(tx, Noted, { key: 'a', n: 1 })).rejects.toMatchObject({ code: 'FAILPOINT_HIT' });
    await tx.query('ROLLBACK');
    expect(await rowsOf(database.pool)).toHaveLength(1);
  });
});

async function aWriterIsBlocked(pool: pg.Pool) {
  return waitFor('a writer that waits for an advisory lock', async () => {
    const result = await pool.query(
      `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return result.rows.length > 0 ? result : undefined;
  });
}

describe('nudge', () => {
  test('reaches listeners, and a burst becomes two notifications at most', async () => {
    await using database = await outboxDatabase();
    using listener = await client(database.pool);
    const nudging = createOutbox({ source: '/test', db: database.pool });
    let heard = 0;
    listener.on('notification', () => {
      heard += 1;
    });
    await listener.query('LISTEN outbox_nudge');
    await Promise.all(Array.from({ length: 500 }, () => nudging.nudge()));
    await listener.query('SELECT 1');
    expect(heard).toBeGreaterThanOrEqual(1);
    expect(heard).toBeLessThanOrEqual(2);
    await expect(outbox.nudge()).rejects.toMatchObject({ code: 'NUDGE_UNAVAILABLE' });
  });
});
