import { OrderSubmitted } from '@bezel/contracts';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Shop, startShop } from '../testing/shop.ts';
import { submissionOf, submissionStatement } from './submission.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

const query = async (sql: string, params: readonly unknown[] = []) =>
  (await shop.database.pool.query(sql, [...params])).rows;

test('is the message of that order, whatever else it was told of', async () => {
  const [one, another] = [await shop.submitted(), await shop.submitted()];
  await shop.moveTo(one.id, 'PRICED');
  for (const { id } of [one, another]) {
    const told = (await shop.messages(id)).find(({ type }) => type === OrderSubmitted.type);
    expect(await submissionOf(shop.database.kysely, id)).toBe(told?.id);
  }
});

test('is not known once the outbox has emptied its slot', async () => {
  const { id } = await shop.submitted();
  await query('DELETE FROM outbox.message WHERE key = $1', [id]);
  expect(await submissionOf(shop.database.kysely, id)).toBeUndefined();
});

test('is looked for in one shard, by the primary key', async () => {
  await query(
    `SELECT outbox.write($1, gen_random_uuid()::text, 'shop.x', '/bezel/shop', '{}') FROM generate_series(1, 20000)`,
    [OrderSubmitted.topic],
  );
  await query('ANALYZE outbox.message');
  const { sql, parameters } = submissionStatement(uuidv7()).compile(shop.database.kysely);
  const plan = (await query(`EXPLAIN ${sql}`, parameters)).map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toMatch(/Index Scan using message_slot_\d_pkey.*Index Cond: \(shard = /s);
  expect(plan).not.toMatch(/Seq Scan on message/);
});
