import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lowestIdAt } from '../../../operations/id-time.ts';
import { WORKFLOW_ENDED } from '../../../orchestrator/errors.ts';
import { type Shop, startShop } from '../../../testing/shop.ts';
import { orderSweeps } from '../order-sweeps.ts';
import { FACTS_A_LOOK, factsOfEnded } from './facts-of-ended.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

const query = async (sql: string, params: unknown[] = []) => (await shop.database.pool.query(sql, params)).rows;
/** An order that its customer wanted to cancel, and its message is lost. */
async function cancelled(): Promise<string> {
  const { id } = await shop.submitted();
  await shop.moveTo(id, 'PRICED');
  expect((await shop.post(`/v1/orders/${id}/cancel`, { reason: 'another ring' })).status).toBe(202);
  await query('DELETE FROM outbox.message WHERE key = $1', [id]);
  return id;
}
function sweeping(openAmong = async (ids: readonly string[]): Promise<Set<string>> => new Set(ids)) {
  const { kysely: db, pool } = shop.database;
  const workflows = { openAmong, state: async () => null };
  const sweeps = orderSweeps({ db, pool, outbox: shop.outbox, workflows: workflows as never, quietMs: 0 });
  return (name: string) => sweeps.find((one) => one.name === name)?.look(new AbortController().signal);
}

test('a fact that an order never answered before it ended is refused, once', async () => {
  const [ended, underWay] = [await cancelled(), await cancelled()];
  await shop.moveTo(ended, 'DELIVERED');
  const look = sweeping();
  expect(await look('stuck-workflows')).toMatchObject({ swept: 1, waiting: 1 });
  await look('asked-repairs');
  expect(await query('SELECT order_id, kind, status, reason FROM order_refused_fact')).toEqual([
    { order_id: ended, kind: 'cancellation-requested', status: 'DELIVERED', reason: 'order-ended' },
  ]);
  expect(await query('SELECT order_id, kind, reason, state FROM order_repair')).toEqual([
    { order_id: ended, kind: 'tell-fact', reason: 'the order ended without an answer to the fact', state: 'done' },
  ]);
  expect(await look('stuck-workflows')).toMatchObject({ swept: 0, waiting: 0 });
  expect(await query('SELECT FROM order_repair WHERE order_id = $1', [underWay])).toEqual([]);
});

test('it is asked for while Temporal is away', async () => {
  const ended = await cancelled();
  await shop.moveTo(ended, 'DELIVERED');
  const look = sweeping(() => Promise.reject(new Error('Temporal is away')));
  await expect(look('stuck-workflows')).rejects.toThrow('Temporal is away');
  expect(await query('SELECT kind, state FROM order_repair WHERE order_id = $1', [ended])).toEqual([
    { kind: 'tell-fact', state: 'asked' },
  ]);
  await look('asked-repairs');
});

test('one that is parked is played again while Temporal is away; of an order under way, once its workflow is open', async () => {
  const [ended, underWay] = [(await shop.submitted()).id, (await shop.submitted()).id];
  await shop.moveTo(ended, 'DELIVERED');
  for (const id of [ended, underWay]) {
    await query(
      `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, code, attempts)
       VALUES ('shop', 'shop.courier-events', 0, convert_to($1, 'UTF8'), 'the workflow has ended', $2, 1)`,
      [id, WORKFLOW_ENDED],
    );
  }
  const asked = async () =>
    (await query(`SELECT order_id AS id FROM order_repair WHERE kind = 'redrive' ORDER BY id`)).map(({ id }) => id);
  const away = sweeping(() => Promise.reject(new Error('Temporal is away')));
  await expect(away('stuck-workflows')).rejects.toThrow('Temporal is away');
  expect(await asked()).toEqual([ended]);
  await sweeping()('stuck-workflows');
  expect(await asked()).toEqual([ended, underWay]);
  await query('DELETE FROM outbox.consumer_parked_key');
  await query('DELETE FROM order_repair');
});

test('however many facts were answered before it, it is found by some look, and each look reads as many', async () => {
  // Said earlier, of an order that goes on.
  const busy = await cancelled();
  await query(
    `INSERT INTO order_fact (message_id, order_id, kind, offer_id, said_by)
     SELECT overlay(gen_random_uuid()::text placing (SELECT substr(min(message_id::text), 1, 12) || '0' FROM order_fact) from 1 for 13)::uuid,
            $1, 'price-accepted', gen_random_uuid(), 'ann'
     FROM generate_series(1, $2::integer)`,
    [busy, FACTS_A_LOOK],
  );
  const ended = await cancelled();
  await shop.moveTo(ended, 'DELIVERED');
  const { kysely: db } = shop.database;
  const first = await factsOfEnded(db, { after: null, olderThanMs: 0 });
  expect(first.facts).toEqual([]);
  const second = await factsOfEnded(db, { after: first.next, olderThanMs: 0 });
  expect(second).toMatchObject({ facts: [{ id: ended }], next: null });
  const look = sweeping();
  expect(await look('stuck-workflows')).toMatchObject({ swept: 0 });
  expect(await look('stuck-workflows')).toMatchObject({ swept: 1 });
});

test('one that was said longer ago is not looked for, nor one that was said just now', async () => {
  await query('DELETE FROM order_fact');
  const ended = await cancelled();
  await shop.moveTo(ended, 'DELIVERED');
  const found = async (olderThanMs: number) =>
    (await factsOfEnded(shop.database.kysely, { after: null, olderThanMs })).facts.length;
  expect([await found(0), await found(60_000)]).toEqual([1, 0]);
  await query('UPDATE order_fact SET message_id = $1', [lowestIdAt(new Date(Date.now() - 8 * 86_400_000))]);
  expect(await found(0)).toBe(0);
});
