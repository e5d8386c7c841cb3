import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { MAKING } from '../testing/facts.ts';
import { createOrderSystem, type OrderSystem } from '../testing/order-system.ts';
import { startWorkers } from '../testing/workers.ts';

let system: OrderSystem;
let workers: AsyncDisposable;

beforeAll(async () => {
  system = await createOrderSystem();
  workers = await startWorkers({ name: 'one', ...system });
}, 60_000);

afterAll(async () => {
  await workers?.[Symbol.asyncDispose]();
  await system?.[Symbol.asyncDispose]();
}, 30_000);

test('in PRICING it stops the pricing', async () => {
  const order = await system.submit({}, 'analyse model');
  await order.attempt('analyse model');
  const messageId = await order.tell('cancellation-requested', { reason: 'changed my mind' });
  expect(await order.handle.result()).toBe('CANCELLED');
  expect((await order.moves()).at(-1)).toMatchObject({
    from: 'PRICING',
    to: 'CANCELLED',
    caused_by: messageId,
    reason: 'changed my mind',
  });
  await order.attempt('analyse model', 'cancelled');
  expect(await order.workOrder()).toBeUndefined();
}, 60_000);

test('in PRICED it ends the offer', async () => {
  const order = await system.submit();
  await order.reaches('PRICED');
  await order.tell('cancellation-requested');
  expect(await order.handle.result()).toBe('CANCELLED');
  expect(await order.statuses()).toEqual(['PRICING', 'PRICED', 'CANCELLED']);
}, 60_000);

test.each(['APPROVED', 'IN_MANUFACTURING', 'MANUFACTURING_COMPLETED', 'PACKED'] as const)(
  'in %s it withdraws the work order first',
  async (status) => {
    const order = await system.submit({}, 'before CANCELLED');
    await order.leadTo(status);
    await order.tell('cancellation-requested', { reason: 'no longer wanted' });
    await order.attempt('before CANCELLED');
    expect(await order.workOrder()).toMatchObject({ status: 'withdrawn', reason: 'no longer wanted' });
    await order.openGate('before CANCELLED');
    expect(await order.handle.result()).toBe('CANCELLED');
    expect((await order.moves()).at(-1)).toMatchObject({ from: status, to: 'CANCELLED' });
  },
  60_000,
);

test('while the work order is being opened it waits, then withdraws it', async () => {
  const order = await system.submit({}, 'open work order');
  await order.leadTo('APPROVED');
  await order.attempt('open work order');
  await order.tell('cancellation-requested');
  await order.openGate('open work order');
  expect(await order.handle.result()).toBe('CANCELLED');
  expect(await order.workOrder()).toMatchObject({ status: 'withdrawn' });
}, 60_000);

test('in SHIPPED it is refused and the order is delivered', async () => {
  const order = await system.submit();
  await order.leadTo('SHIPPED');
  const messageId = await order.tell('cancellation-requested');
  await order.tell('delivered');
  expect(await order.handle.result()).toBe('DELIVERED');
  expect(await order.refusals()).toMatchObject([{ message_id: messageId, status: 'SHIPPED', reason: 'too-late' }]);
}, 60_000);

test('when the MES has shipped but nobody knows yet it is refused and the order goes on', async () => {
  const order = await system.submit();
  await order.leadTo('IN_MANUFACTURING');
  await order.shipUnheard();
  const messageId = await order.tell('cancellation-requested');
  for (const kind of [...MAKING.slice(1), 'delivered'] as const) await order.tell(kind);
  expect(await order.handle.result()).toBe('DELIVERED');
  expect(await order.refusals()).toMatchObject([{ message_id: messageId, reason: 'already-shipped' }]);
}, 60_000);

test('what was recorded before the cancellation and arrives after it is refused', async () => {
  const order = await system.submit({}, 'before CANCELLED');
  await order.leadTo('APPROVED');
  await order.tell('cancellation-requested');
  await order.attempt('before CANCELLED');
  const late = await order.tell('manufacturing-started');
  await order.openGate('before CANCELLED');
  expect(await order.handle.result()).toBe('CANCELLED');
  expect(await order.refusals()).toMatchObject([{ message_id: late, status: 'CANCELLED', reason: 'order-ended' }]);
}, 60_000);
