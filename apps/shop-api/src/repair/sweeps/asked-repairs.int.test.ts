import { TemporalUnavailableError } from '@bezel/order-workflow/client';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Shop, startShop } from '../../testing/shop.ts';
import { askRepair } from '../ask-repair.ts';
import type { RepairWorkflows } from '../carrying-out/means.ts';
import { askedRepairs } from './asked-repairs.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
beforeEach(() => query('DELETE FROM order_repair'));
afterAll(() => shop[Symbol.asyncDispose]());

const query = async (sql: string, params: unknown[] = []) => (await shop.database.pool.query(sql, params)).rows;
const asking = { by: 'ada', reason: 'the audit found it' };
/** An order whose acceptance the workflow is to be told again. */
async function toldAgain(): Promise<string> {
  const { id: orderId } = await shop.submitted();
  await shop.moveTo(orderId, 'PRICED');
  await shop.post(`/v1/orders/${orderId}/accept`, {});
  const [fact] = await query('SELECT message_id AS id FROM order_fact WHERE order_id = $1', [orderId]);
  await askRepair(shop.database.kysely, { orderId, ...asking }, { kind: 'tell-fact', messageId: fact.id });
  return orderId;
}
/** Something that needs no workflow, of an order. */
const publishedAgain = (orderId: string) =>
  askRepair(
    shop.database.kysely,
    { orderId, ...asking },
    { kind: 'publish-again', messageId: uuidv7(), details: { of: 'mes', shard: 3, seq: 1 } },
  );
const states = async (kind: string): Promise<string[]> =>
  (await query('SELECT state FROM order_repair WHERE kind = $1 ORDER BY id', [kind])).map(({ state }) => state);
/** Looks, of which each answers for the orders it asked about. */
function looking(isAnswered: (orderId: string) => boolean) {
  let asked: string[] = [];
  const workflows: Pick<RepairWorkflows, 'signalFact'> = {
    async signalFact(orderId) {
      asked.push(orderId);
      if (isAnswered(orderId)) return { delivered: true };
      throw new TemporalUnavailableError(`fact for order ${orderId}: Temporal does not answer`);
    },
  };
  const { kysely: db, pool } = shop.database;
  const look = askedRepairs({ db, pool, outbox: shop.outbox, workflows: workflows as RepairWorkflows });
  return async () => {
    asked = [];
    await look(new AbortController().signal);
    return asked;
  };
}

test('what needs no workflow is carried out while Temporal is away, which is asked a few times and not for every repair', async () => {
  const orders: string[] = [];
  for (let n = 0; n < 5; n++) orders.push(await toldAgain());
  for (const orderId of orders) await publishedAgain(orderId);
  let isAway = true;
  const look = looking(() => !isAway);
  expect(await look()).toEqual(orders.slice(0, 3));
  expect(await states('publish-again')).toEqual(Array(5).fill('done'));
  expect(await states('tell-fact')).toEqual(Array(5).fill('asked'));
  // It asks about others first, and for all of them once Temporal is back.
  expect(await look()).toEqual([...orders.slice(3), orders[0]]);
  isAway = false;
  await look();
  expect(await states('tell-fact')).toEqual(Array(5).fill('done'));
});

test('what is asked of an order that has ended needs no workflow either', async () => {
  const orders: string[] = [];
  for (let n = 0; n < 4; n++) orders.push(await toldAgain());
  await shop.moveTo(orders[3] ?? '', 'DELIVERED');
  expect(await looking(() => false)()).toEqual(orders.slice(0, 3));
  expect(await states('tell-fact')).toEqual(['asked', 'asked', 'asked', 'done']);
});

test('what came to nothing before Temporal was asked says nothing of Temporal', async () => {
  const orders: string[] = [];
  for (let n = 0; n < 5; n++) {
    orders.push(await toldAgain());
    const { id: orderId } = await shop.submitted();
    await askRepair(shop.database.kysely, { orderId, ...asking }, { kind: 'tell-fact', messageId: uuidv7() });
  }
  expect(await looking(() => false)()).toEqual(orders.slice(0, 3));
  expect(await states('tell-fact')).toEqual([
    ...Array(3).fill(['asked', 'refused']).flat().slice(0, -1),
    ...Array(5).fill('asked'),
  ]);
});

test('an order that Temporal never answers for keeps no other one waiting', async () => {
  const orders = [await toldAgain(), await toldAgain(), await toldAgain()];
  const look = looking((orderId) => orderId !== orders[0]);
  expect(await look()).toEqual(orders);
  expect(await states('tell-fact')).toEqual(['asked', 'done', 'done']);
  expect(await look()).toEqual(orders.slice(0, 1));
});

test('the database ends the look', async () => {
  await publishedAgain(await toldAgain());
  const { kysely: db, pool } = shop.database;
  const workflows = { signalFact: () => db.executeQuery({ sql: 'SELECT 1/0', parameters: [] } as never) };
  const look = askedRepairs({ db, pool, outbox: shop.outbox, workflows: workflows as never });
  await expect(look(new AbortController().signal)).rejects.toThrow('division by zero');
});
