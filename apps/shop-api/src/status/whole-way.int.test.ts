import {
  type OrderResource,
  WorkOrderCompleted,
  WorkOrderPacked,
  WorkOrderShipped,
  WorkOrderStarted,
} from '@bezel/contracts';
import { testServers, waitFor } from '@bezel/local/testing';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RunningShop, startRunningShop } from '../testing/running-shop.ts';
import { orderForm, type Shop } from '../testing/shop.ts';
import { binaryStl, cube } from '../testing/stl-samples.ts';

let running: RunningShop;
let shop: Shop;
let topics: RunningShop['topics'];
let reached: RunningShop['reached'];
let historyOf: RunningShop['historyOf'];

beforeAll(async () => {
  running = await startRunningShop(testServers());
  ({ shop, topics, reached, historyOf } = running);
});
afterAll(() => running[Symbol.asyncDispose]());

const said = async (orderId: string, action: 'accept' | 'cancel', body: unknown) => {
  expect((await shop.post(`/v1/orders/${orderId}/${action}`, body)).status).toBe(202);
  await topics.relay(orderId, action === 'accept' ? /price-accepted/ : /cancellation-requested/);
};

test('an order goes the whole way: every status once, in order, each with its event', async () => {
  const order = await shop.submitted();
  await topics.relay(order.id);
  const { offer } = await reached(order.id, 'PRICED');
  expect(offer).toMatchObject({ total: { amountMinor: '150', currency: 'EUR' }, massMg: 13_100 });
  await said(order.id, 'accept', { offerId: offer?.offerId });
  await reached(order.id, 'APPROVED');
  const made = { orderId: order.id, workOrderId: uuidv7(), by: 'olga', at: new Date().toISOString() };
  for (const [event, status] of [
    [WorkOrderStarted, 'IN_MANUFACTURING'],
    [WorkOrderCompleted, 'MANUFACTURING_COMPLETED'],
    [WorkOrderPacked, 'PACKED'],
    [WorkOrderShipped, 'SHIPPED'],
  ] as const) {
    await topics.tell(event, made);
    await reached(order.id, status);
  }
  expect((await running.parcelDelivered(order.id)).status).toBe(202);
  await topics.relay(order.id, /delivery-confirmed/);
  await reached(order.id, 'DELIVERED');
  const moves = (await historyOf(order.id)).map(({ to }) => to);
  expect(moves).toEqual([
    'SUBMITTED',
    'PRICING',
    'PRICED',
    'APPROVED',
    'IN_MANUFACTURING',
    'MANUFACTURING_COMPLETED',
    'PACKED',
    'SHIPPED',
    'DELIVERED',
  ]);
  const told = (await shop.messages(order.id)).filter(({ type }) => type === 'shop.order-status-changed');
  expect(told.map(({ data }) => data['to'])).toEqual(moves.slice(1));
});

test('facts that come before their time are kept: a parcel delivered before anything was made', async () => {
  const order = await shop.submitted();
  const early = { orderId: order.id, workOrderId: uuidv7(), by: 'olga', at: new Date().toISOString() };
  await topics.relay(order.id);
  for (const event of [WorkOrderShipped, WorkOrderPacked, WorkOrderCompleted, WorkOrderStarted]) {
    await topics.tell(event, early);
  }
  await reached(order.id, 'PRICED');
  await said(order.id, 'accept', {});
  await reached(order.id, 'SHIPPED');
  expect((await historyOf(order.id)).filter(({ kind }) => kind === 'refused')).toEqual([]);
});

test('a cancelled order ends, and what comes after it is refused', async () => {
  const order = await shop.submitted();
  await topics.relay(order.id);
  await reached(order.id, 'PRICED');
  await said(order.id, 'cancel', { reason: 'found it cheaper' });
  expect(await reached(order.id, 'CANCELLED')).toMatchObject({ reason: 'found it cheaper' });
  const late = await topics.tell(WorkOrderStarted, {
    orderId: order.id,
    workOrderId: uuidv7(),
    by: 'olga',
    at: new Date().toISOString(),
  });
  await waitFor('the late fact in the history', async () =>
    (await historyOf(order.id)).some(({ kind, messageId }) => kind === 'refused' && messageId === late),
  );
});

test('a model that cannot be made rejects the order, with the reason', async () => {
  const form = orderForm({ metal: 'gold-585' }, null);
  form.set('model', new Blob([new Uint8Array(binaryStl(cube(31)))]), 'open.stl');
  const { body } = await shop.post<OrderResource>('/v1/orders', form);
  await topics.relay(body.id);
  expect(await reached(body.id, 'REJECTED')).toMatchObject({ reason: 'the model is open', offer: null });
});
