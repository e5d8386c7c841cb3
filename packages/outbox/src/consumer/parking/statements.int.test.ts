import { randomBytes } from 'node:crypto';
import { expect, jest, test } from '@jest/globals';
import type { FetchedMessage } from '../../subscriber/index.ts';
import { type OutboxDatabase, outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { parkingStatements } from './parking.sql.ts';
import { toColumns } from './stored-message.ts';

jest.setTimeout(60_000);

const statements = parkingStatements('outbox');
const place = ['g', 't', 0];

async function withKey(key: Buffer): Promise<OutboxDatabase> {
  const database = await outboxDatabase();
  await database.pool.query(`INSERT INTO outbox.consumer_position VALUES ('g', 't', 0, 7, clock_timestamp())`);
  await database.pool.query(statements.mark, [...place, key, 'a reason', null, null, 1]);
  return database;
}

const message = (offset: number, key: Buffer, fields: Partial<FetchedMessage> = {}): FetchedMessage => ({
  offset: BigInt(offset),
  key,
  value: Buffer.from(String(offset)),
  headers: [],
  ...fields,
});

async function store({ pool }: OutboxDatabase, messages: readonly FetchedMessage[]): Promise<string | null> {
  return (await pool.query(statements.store, [...place, ...toColumns(messages)])).rows[0].taken;
}

test('keys of any length are parked, told apart, found and taken off again', async () => {
  const [one, other] = [randomBytes(100_000), randomBytes(100_000)];
  await using database = await withKey(one);
  const { pool } = database;
  expect(await store(database, [message(1, one), message(2, one)])).toBe(null);
  const marked = await pool.query(statements.marked, [...place, [other, one]]);
  expect(marked.rows).toEqual([{ key: one }]);
  expect((await pool.query(statements.load, [...place, other, 10, 1_000])).rows).toEqual([]);
  expect((await pool.query(statements.load, [...place, one, 10, 1_000])).rows).toMatchObject([
    { key: one, offset: '1' },
    { key: one, offset: '2' },
  ]);
  await pool.query(statements.unmark, [...place, one]);
  expect((await pool.query(statements.marked, [...place, [one]])).rowCount).toBe(1);
  await pool.query(statements.forget, [...place, one, 2]);
  await pool.query(statements.unmark, [...place, one]);
  expect((await pool.query(statements.marked, [...place, [one]])).rowCount).toBe(0);
});

test('what a redrive takes at once is bounded by number and by bytes, but for the first', async () => {
  const key = Buffer.from('k');
  await using database = await withKey(key);
  const sizes = [5_000, 400, 400, 400, 5_000, 10];
  await store(
    database,
    sizes.map((size, offset) => message(offset, key, { value: randomBytes(size) })),
  );
  const taken = async (limit: number, bytes: number) => {
    const { rows } = await database.pool.query(statements.load, [...place, key, limit, bytes]);
    return rows.map(({ offset }) => Number(offset));
  };
  expect(await taken(10, 1_000)).toEqual([0]);
  expect(await taken(3, 1_000_000)).toEqual([0, 1, 2]);
  expect(await taken(10, 1_000_000)).toEqual([0, 1, 2, 3, 4, 5]);
  await database.pool.query(statements.forget, [...place, key, 0]);
  expect(await taken(10, 1_000)).toEqual([1, 2]);
  expect(await taken(1, 1_000)).toEqual([1]);
});

test('a message that lies there is not stored again; another one at its offset is not taken for it', async () => {
  const key = Buffer.from('k');
  await using database = await withKey(key);
  const header = (name: string, value: string) => [name, Buffer.from(value)] as const;
  const [a, b, c] = [header('a', '1'), header('b', '2'), header('c', '3')];
  const value = Buffer.from('0');
  expect(await store(database, [message(0, key, { headers: [a, b, a] }), message(1, key, { value: null })])).toBe(null);
  expect(await store(database, [message(0, key, { headers: [a, a, b] }), message(1, key, { value: null })])).toBe(null);
  expect(await store(database, [message(1, key), message(2, key)])).toBe('1');
  expect(await store(database, [message(0, key, { headers: [a, b] })])).toBe('0');
  expect(await store(database, [message(0, key, { headers: [a, b, c], value })])).toBe('0');
  expect(await store(database, [message(0, key, { headers: [a, b, a], value: Buffer.from('1') })])).toBe('0');
});
