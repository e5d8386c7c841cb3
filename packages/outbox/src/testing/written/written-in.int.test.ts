import { randomUUID } from 'node:crypto';
import { describe, expect, jest, test } from '@jest/globals';
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { z } from 'zod';
import { defineEvent } from '../../event/define-event.ts';
import { migrate } from '../../migrate/migrate.ts';
import { createOutbox } from '../../writer/create-outbox.ts';
import type { OutboxTransaction } from '../../writer/transaction.ts';
import { type OutboxDatabase, outboxDatabase } from '../fixtures/outbox/database.ts';
import { noted } from '../fixtures/outbox/events.ts';
import { openTransaction } from '../fixtures/outbox/transactions.ts';
import { writtenIn } from './written-in.ts';

jest.setTimeout(60_000);

const outbox = createOutbox({ source: '/test' });
const Noted = noted('t');
const Due = defineEvent({
  type: 'test.due',
  topic: 'another',
  key: (data) => data.key,
  schema: z.object({ key: z.string(), on: z.coerce.date() }),
});

const numbersIn = async (tx: OutboxTransaction): Promise<number[]> =>
  (await writtenIn(tx, Noted)).map(({ data }) => data.n);

/** The ways in which a transaction may be handed over. */
const FORMS: Record<string, (database: OutboxDatabase, work: (tx: OutboxTransaction) => Promise<void>) => unknown> = {
  async 'a pg client'({ pool }, work) {
    await using tx = await openTransaction(pool);
    await work(tx.client);
  },
  kysely: ({ pool }, work) => new Kysely({ dialect: new PostgresDialect({ pool }) }).transaction().execute(work),
  'kysely that renames columns': ({ pool }, work) =>
    new Kysely({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] })
      .transaction()
      .execute(work),
  async 'an executor that answers an array'({ pool }, work) {
    await using tx = await openTransaction(pool);
    await work({ query: async (sql, params) => (await tx.client.query(sql, params)).rows });
  },
};

test.each(Object.keys(FORMS))('answers what was written in %s, as it was written', async (form) => {
  await using database = await outboxDatabase();
  let done = false;
  await FORMS[form]?.(database, async (tx) => {
    const id = randomUUID();
    await outbox.write(tx, Noted, { key: 'ünïcode 🧱', n: 1, text: `it's {"a": 1}` }, { id, headers: { tenant: 'a' } });
    await outbox.writeMany(tx, Noted, [{ data: { key: 'k', n: 2 } }, { data: { key: 'k', n: 3 } }]);
    const [first, ...more] = await writtenIn(tx);
    expect(first).toEqual({
      id,
      type: 'test.noted',
      topic: 't',
      key: 'ünïcode 🧱',
      source: '/test',
      headers: { tenant: 'a' },
      data: { key: 'ünïcode 🧱', n: 1, text: `it's {"a": 1}` },
    });
    expect(more.map(({ data }) => data)).toEqual([
      { key: 'k', n: 2 },
      { key: 'k', n: 3 },
    ]);
    done = true;
  });
  expect(done).toBe(true);
});

describe('what was written in a transaction', () => {
  test('is its own alone, whatever others commit before, meanwhile or not yet', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    const writeElsewhere = async (n: number, end?: 'COMMIT' | 'ROLLBACK') => {
      const other = await openTransaction(pool);
      await outbox.write(other.client, Noted, { key: 'k', n });
      if (end !== undefined) await other.end(end);
      return other;
    };
    await writeElsewhere(1, 'COMMIT');
    await using early = await writeElsewhere(2);
    await using tx = await openTransaction(pool);
    expect(await numbersIn(tx.client)).toEqual([]);
    await outbox.write(tx.client, Noted, { key: 'k', n: 3 });
    await writeElsewhere(4, 'COMMIT');
    await writeElsewhere(5, 'ROLLBACK');
    await using late = await writeElsewhere(6);
    await outbox.write(tx.client, Noted, { key: 'k', n: 7 });
    expect(await numbersIn(tx.client)).toEqual([3, 7]);
    await early.end('COMMIT');
    expect(await numbersIn(tx.client)).toEqual([3, 7]);
    expect([await numbersIn(late.client), (await pool.query('SELECT FROM outbox.message')).rowCount]).toEqual([[6], 3]);
  });

  test('holds what savepoints wrote, released or not, and nothing that was rolled back to one', async () => {
    await using database = await outboxDatabase();
    await using tx = await openTransaction(database.pool);
    const write = (n: number) => outbox.write(tx.client, Noted, { key: 'k', n });
    await tx.client.query('SAVEPOINT a');
    await write(1);
    await tx.client.query('RELEASE a');
    await tx.client.query('SAVEPOINT b');
    await write(2);
    await tx.client.query('ROLLBACK TO b');
    await tx.client.query('SAVEPOINT c');
    await write(3);
    expect(await numbersIn(tx.client)).toEqual([1, 3]);
  });

  test('is of one event where one is given, its data as the schema has it', async () => {
    await using database = await outboxDatabase();
    await using tx = await openTransaction(database.pool);
    await outbox.write(tx.client, Noted, { key: 'k', n: 1 });
    await outbox.write(tx.client, Due, { key: 'k', on: new Date('2026-01-02') });
    const [due, ...more] = await writtenIn(tx.client, Due);
    expect(due?.data.on.getTime()).toBe(Date.UTC(2026, 0, 2));
    expect(more).toEqual([]);
    expect(await writtenIn(tx.client, { ...Due, topic: 't' })).toEqual([]);
    expect((await writtenIn(tx.client)).map(({ type }) => type)).toEqual(['test.noted', 'test.due']);
  });

  test('that SQL wrote, and that does not fit the schema, is an error', async () => {
    await using database = await outboxDatabase();
    await using tx = await openTransaction(database.pool);
    await tx.client.query('SELECT outbox.write($1, $2, $3, $4, $5)', ['t', 'k', 'test.noted', '/sql', '{"key": 1}']);
    expect(await writtenIn(tx.client)).toEqual([expect.objectContaining({ source: '/sql', data: { key: 1 } })]);
    await expect(writtenIn(tx.client, Noted)).rejects.toMatchObject({ code: 'EVENT_DATA_INVALID' });
  });

  test('may lie in another schema', async () => {
    await using database = await outboxDatabase();
    await migrate(database.pool, { schemaName: 'second' });
    await using tx = await openTransaction(database.pool);
    await createOutbox({ source: '/test', schemaName: 'second' }).write(tx.client, Noted, { key: 'k', n: 1 });
    expect(await writtenIn(tx.client)).toEqual([]);
    expect((await writtenIn(tx.client, Noted, { schemaName: 'second' })).length).toBe(1);
  });

  test('cannot be asked of what is no transaction, or answers no rows', async () => {
    await using database = await outboxDatabase();
    const { pool } = database;
    const missing = { code: 'TRANSACTION_MISSING' };
    await expect(writtenIn(pool as unknown as pg.PoolClient)).rejects.toMatchObject(missing);
    await using tx = await openTransaction(pool);
    await expect(writtenIn({ query: async () => 3 })).rejects.toThrow(TypeError);
    await tx.client.query('COMMIT');
    await expect(writtenIn(tx.client)).rejects.toMatchObject(missing);
  });

  test('cannot be read by a login that may only write', async () => {
    await using database = await outboxDatabase();
    const { pool } = database;
    const login = `writer_${randomUUID().replaceAll('-', '')}`;
    await pool.query(`CREATE ROLE ${login}`);
    try {
      await migrate(pool, { grantTo: [{ login, for: ['write'] }] });
      await using tx = await openTransaction(pool);
      await tx.client.query(`SET LOCAL ROLE ${login}`);
      await outbox.write(tx.client, Noted, { key: 'k', n: 1 });
      await expect(writtenIn(tx.client)).rejects.toMatchObject({ code: '42501' });
    } finally {
      await pool.query(`DROP OWNED BY ${login}; DROP ROLE ${login}`);
    }
  });
});
