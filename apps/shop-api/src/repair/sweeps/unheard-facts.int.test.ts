import type { OrderState } from '@bezel/order-workflow';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Shop, startShop } from '../../testing/shop.ts';
import { unansweredFacts } from './looking/forgotten-orders.ts';
import { orderSweeps } from './order-sweeps.ts';

jest.setTimeout(60_000);

const FACTS = 107;

let shop: Shop;
let orderId: string;
beforeAll(async () => {
  shop = await startShop();
  orderId = (await shop.submitted()).id;
  // Some of the same moment: facts of one transaction.
  await shop.database.pool.query(
    `INSERT INTO order_fact (message_id, order_id, kind, offer_id, said_by, at)
     SELECT gen_random_uuid(), $1, 'price-accepted', gen_random_uuid(), 'ann', now() - n / 40 * interval '1 microsecond'
     FROM generate_series(1, $2::integer) AS n`,
    [orderId, FACTS],
  );
});
afterAll(() => shop[Symbol.asyncDispose]());

const recorded = async (): Promise<string[]> =>
  (await shop.database.pool.query('SELECT message_id AS id FROM order_fact ORDER BY at, message_id')).rows.map(
    ({ id }) => id,
  );

/** One look, with a workflow that has heard of some facts: how much it swept, and what was asked. */
async function look(heard: (orderId: string) => Promise<readonly string[]>) {
  const { kysely: db, pool } = shop.database;
  const workflows = {
    openAmong: async (ids: readonly string[]) => new Set(ids),
    state: async (id: string) => ({ seen: await heard(id) }) as OrderState,
  } as unknown as Parameters<typeof orderSweeps>[0]['workflows'];
  const sweeps = orderSweeps({ db, pool, outbox: shop.outbox, workflows, quietMs: 0 });
  const swept = await sweeps.find(({ name }) => name === 'stuck-workflows')?.look(new AbortController().signal);
  const { rows } = await pool.query('SELECT message_id AS id FROM order_repair ORDER BY id');
  return { swept, asked: rows.map(({ id }) => id) };
}

test('every fact is looked at once, oldest first', async () => {
  const facts = await unansweredFacts(shop.database.kysely, [{ id: orderId }], 0);
  expect(facts.map(({ messageId }) => messageId)).toEqual(await recorded());
});

test('when no worker answers, all of them wait', async () => {
  const { swept, asked } = await look(() => Promise.reject(new Error('no worker')));
  expect(swept).toMatchObject({ swept: 0, waiting: FACTS });
  expect(asked).toEqual([]);
});

test('a fact that was not heard is told, however many that were heard are older', async () => {
  const facts = await recorded();
  const { swept, asked } = await look(async () => facts.slice(0, -1));
  expect(swept).toMatchObject({ swept: 1, waiting: 1 });
  expect(asked).toEqual(facts.slice(-1));
});

test('a workflow of which nobody answers leaves its own facts waiting, and no others', async () => {
  await shop.database.pool.query('DELETE FROM order_repair');
  // Said later than all others.
  const { id: other } = await shop.submitted();
  const { rows } = await shop.database.pool.query(
    `INSERT INTO order_fact (message_id, order_id, kind, said_by) VALUES (gen_random_uuid(), $1, 'cancellation-requested', 'ann')
     RETURNING message_id AS id`,
    [other],
  );
  const { swept, asked } = await look((id) => (id === orderId ? Promise.reject(new Error('no')) : Promise.resolve([])));
  expect(asked).toEqual(rows.map(({ id }) => id));
  expect(swept).toMatchObject({ swept: 1, waiting: FACTS + 1 });
});

test('when no worker answers for any, three are asked', async () => {
  for (let n = 0; n < 5; n++) {
    const { id } = await shop.submitted();
    await shop.post(`/v1/orders/${id}/cancel`, { reason: 'another ring' });
  }
  let asked = 0;
  await look(() => {
    asked++;
    return Promise.reject(new Error('no worker'));
  });
  expect(asked).toBe(3);
});
