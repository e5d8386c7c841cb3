import { WorkOrderCompleted, WorkOrderPacked, WorkOrderShipped, WorkOrderStarted } from '@bezel/contracts';
import { testServers, waitFor } from '@bezel/local/testing';
import { OFFER_EXPIRED } from '@bezel/order-workflow';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RunningShop, startRunningShop } from '../testing/running-shop.ts';

let running: RunningShop;
beforeAll(async () => {
  running = await startRunningShop(testServers());
});
afterAll(() => running?.[Symbol.asyncDispose]());

const made = (orderId: string) => ({ orderId, workOrderId: uuidv7(), by: 'olga', at: new Date().toISOString() });

/** An order whose offer was accepted. */
async function approved(): Promise<string> {
  const { shop, topics, reached } = running;
  const { id } = await shop.submitted();
  await topics.relay(id);
  await reached(id, 'PRICED');
  expect((await shop.post(`/v1/orders/${id}/accept`, {})).status).toBe(202);
  await topics.relay(id, /price-accepted/);
  await reached(id, 'APPROVED');
  return id;
}

test('a fact for an unknown order is set aside with what is wrong with it, and other orders go on', async () => {
  const unknown = uuidv7();
  const messageId = await running.topics.tell(WorkOrderStarted, made(unknown));
  const parked = () =>
    running.shop.database.pool.query(`SELECT convert_from(key, 'UTF8') AS key, code FROM outbox.consumer_parked_key`);
  await waitFor('the fact to be set aside', async () => (await parked()).rowCount === 1);
  const { rows } = await parked();
  expect(rows).toMatchObject([{ key: unknown, code: 'ORDER_UNKNOWN' }]);
  const taken = await running.shop.database.pool.query('SELECT FROM outbox.inbox WHERE id = $1', [messageId]);
  expect(taken.rowCount).toBe(0);
  const id = await approved();
  await running.topics.tell(WorkOrderStarted, made(id));
  await running.reached(id, 'IN_MANUFACTURING');
});

test('a fact told again, under its id or another, moves an order once; one that is over can be told no more', async () => {
  const { topics, reached } = running;
  const id = await approved();
  const first = await topics.tell(WorkOrderStarted, made(id));
  await topics.tell(WorkOrderStarted, made(id), first);
  const other = await topics.tell(WorkOrderStarted, made(id));
  await reached(id, 'IN_MANUFACTURING');
  for (const event of [WorkOrderCompleted, WorkOrderPacked, WorkOrderShipped]) await topics.tell(event, made(id));
  await topics.tell(WorkOrderStarted, made(id), first);
  await reached(id, 'SHIPPED');
  const refused = await waitFor('the second to be refused', async () => {
    const entries = (await running.historyOf(id)).filter(({ kind }) => kind === 'refused');
    return entries.length > 0 && entries;
  });
  expect(refused.map(({ messageId }) => messageId)).toEqual([other]);
  const moves = (await running.historyOf(id)).filter(({ kind }) => kind === 'moved');
  expect(moves.map(({ seq }) => seq)).toEqual([...moves.keys()]);
  expect(moves.filter(({ to }) => to === 'IN_MANUFACTURING')).toMatchObject([{ messageId: first }]);
});

test('a customer may give any reason, the words of the clock too: the order is cancelled', async () => {
  const { shop, topics, reached } = running;
  const id = await approved();
  await topics.tell(WorkOrderStarted, made(id));
  await reached(id, 'IN_MANUFACTURING');
  expect((await shop.post(`/v1/orders/${id}/cancel`, { reason: OFFER_EXPIRED })).status).toBe(202);
  await topics.relay(id, /cancellation-requested/);
  expect((await reached(id, 'CANCELLED')).reason).toBe(OFFER_EXPIRED);
});
