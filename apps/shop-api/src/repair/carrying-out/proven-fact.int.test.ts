import { PriceAccepted, WorkOrderStarted } from '@bezel/contracts';
import type { Fact } from '@bezel/order-workflow';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ADA, type Shop, startShop } from '../../testing/shop.ts';
import { tookMessage } from '../../testing/took-message.ts';
import { carryOutNext } from './carry-out.ts';
import type { RepairWorkflows } from './means.ts';

let shop: Shop;
let orderId: string;
beforeAll(async () => {
  shop = await startShop();
});
beforeEach(async () => {
  orderId = (await shop.submitted()).id;
  await shop.moveTo(orderId, 'PRICED');
});
afterAll(() => shop[Symbol.asyncDispose]());

const AT = '2026-11-21T10:00:00.000Z';
const stepOf = (id: string) => ({ orderId: id, workOrderId: uuidv7(), by: 'olga', at: AT });

/** Asks for a fact to be told again and carries that out: what came of it, and what the workflow was told. */
async function toldAgain(messageId: string, event?: { type: string; data: unknown }) {
  const asked = await shop.post(
    `/v1/operations/orders/${orderId}/repairs`,
    { kind: 'tell-fact', messageId, reason: 'it had no effect', ...(event === undefined ? {} : { event }) },
    { as: ADA, headers: { 'idempotency-key': uuidv7() } },
  );
  expect(asked.status).toBe(202);
  const told: Fact[] = [];
  const workflows: Pick<RepairWorkflows, 'signalFact'> = {
    async signalFact(_, fact) {
      told.push(fact);
      return { delivered: true };
    },
  };
  const { kysely: db, pool } = shop.database;
  const carried = await carryOutNext({ db, pool, outbox: shop.outbox, workflows: workflows as RepairWorkflows }, null);
  return { result: carried?.result, told };
}
const nobody = (outcome: string) => ({
  ...{ result: { state: 'refused', outcome: expect.stringContaining(outcome) }, told: [] },
});

test('an acceptance that no customer sent is told to nobody, also when a message with its id was taken', async () => {
  const messageId = uuidv7();
  await tookMessage(shop.database.pool, messageId, AT);
  const data = { orderId, offerId: uuidv7(), acceptedBy: 'ann', at: AT };
  expect(await toldAgain(messageId, { type: PriceAccepted.type, data })).toEqual(nobody('nobody has recorded'));
});

test('an acceptance is told as the customer sent it, whatever the asker says it was', async () => {
  await shop.post(`/v1/orders/${orderId}/accept`, {});
  const { rows } = await shop.database.pool.query(
    'SELECT message_id AS id, offer_id AS offer FROM order_fact WHERE order_id = $1',
    [orderId],
  );
  const data = { orderId, offerId: uuidv7(), acceptedBy: 'ben', at: AT };
  const { told } = await toldAgain(rows[0].id, { type: PriceAccepted.type, data });
  expect(told).toEqual([expect.objectContaining({ messageId: rows[0].id, by: 'ann', offerId: rows[0].offer })]);
});

test('what another service told is told again when its message was taken', async () => {
  const messageId = uuidv7();
  await tookMessage(shop.database.pool, messageId, AT);
  const { told } = await toldAgain(messageId, { type: WorkOrderStarted.type, data: stepOf(orderId) });
  expect(told).toEqual([{ messageId, kind: 'manufacturing-started', by: 'olga', at: AT }]);
});

test.each([
  ['was never taken', null],
  ['was taken on another day', '2026-11-19T10:00:00.000Z'],
])('and not when it %s', async (_, at) => {
  const messageId = uuidv7();
  if (at !== null) await tookMessage(shop.database.pool, messageId, at);
  expect(await toldAgain(messageId, { type: WorkOrderStarted.type, data: stepOf(orderId) })).toEqual(
    nobody('no such message'),
  );
});
