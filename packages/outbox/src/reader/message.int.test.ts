import { expect, jest, test } from '@jest/globals';
import { outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { messageColumns } from './message.sql.ts';
import { type MessageRow, toMessage } from './message.ts';

jest.setTimeout(60_000);

const WRITTEN = {
  shard: 3,
  seq: 9_007_199_254_740_991,
  id: '0198a6d4-7c1e-7b52-9d7f-3f5e2b8c4a10',
  topic: 'orders',
  key: 'order 7',
  type: 'order.placed',
  source: '/shop',
  headers: '{"traceparent": "00-1"}',
  payload: Buffer.from([0, 255, 10, 92]),
  created_at: '2026-01-02 03:04:05.678901+00',
};

const MICROS = Date.UTC(2026, 0, 2, 3, 4, 5) * 1_000 + 678_901;

/** What a relay makes of a row with these columns. */
async function readBack(columns: Partial<Record<keyof typeof WRITTEN, unknown>>) {
  await using database = await outboxDatabase();
  const row = { ...WRITTEN, ...columns };
  const names = Object.keys(row);
  await database.pool.query(
    `INSERT INTO outbox.message (${names}) VALUES (${names.map((_, n) => `$${n + 1}`)})`,
    Object.values(row),
  );
  const { rows } = await database.pool.query<MessageRow>(`SELECT ${messageColumns('m')} FROM outbox.message AS m`);
  return rows.map(toMessage);
}

test('a message is read as it was written', async () => {
  const { created_at, headers, ...same } = WRITTEN;
  expect(await readBack({})).toEqual([{ ...same, headers: { traceparent: '00-1' }, micros: MICROS }]);
});

test.each([
  { topic: 'a b', type: '7 9 ', source: '' },
  { topic: 'größe', type: '💍.placed\n', source: '/💍/💍 1' },
  { topic: '', type: '', source: ' ' },
])('names keep their characters: %j', async (names) => {
  expect(await readBack(names)).toMatchObject([names]);
});

test.each([null, '{}', '[1]', '"text"'])('headers that are none: %s', async (headers) => {
  expect(await readBack({ headers })).toMatchObject([{ headers: null }]);
});

test.each([
  { written: 'infinity', year: 9999 },
  { written: '-infinity', year: 1 },
  { written: '250000-01-01 00:00+00', year: 9999 },
])('a time that RFC 3339 cannot write, $written, becomes one that it can', async ({ written, year }) => {
  const [message] = await readBack({ created_at: written });
  expect(new Date((message?.micros ?? Number.NaN) / 1_000).getUTCFullYear()).toBe(year);
});
