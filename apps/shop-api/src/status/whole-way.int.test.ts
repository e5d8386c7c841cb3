import {
  type OrderHistoryEntry,
  type OrderResource,
  type OrderStatus,
  WorkOrderCompleted,
  WorkOrderPacked,
  WorkOrderShipped,
  WorkOrderStarted,
} from '@bezel/contracts';
import { testServers, waitFor } from '@bezel/local/testing';
import { type MesActivities, MODEL_REJECTED, type PricingActivities } from '@bezel/order-workflow';
import {
  createActivityWorker,
  createOrdersWorker,
  installTemporalRuntime,
  type OrderWorker,
} from '@bezel/order-workflow/worker';
import { type Consumer, createConsumer, uuidv7 } from '@bezel/outbox';
import { kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import { handlersOf } from '@bezel/outbox/nestjs';
import { log, withOrder } from '@bezel/service';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { Webhook } from 'standardwebhooks';
import { Orchestrator } from '../orchestrator/orchestrator.ts';
import { temporalWorkflows } from '../orchestrator/order-workflows.ts';
import { ANN, COURIER_SECRET, orderForm, type Shop, startShop } from '../testing/shop.ts';
import { binaryStl, cube } from '../testing/stl-samples.ts';
import { startTopics } from '../testing/topics.ts';
import { shopActivities } from './shop-activities.ts';

const { kafkaBrokers, temporalAddress: address, temporalNamespace: namespace } = testServers();
const taskQueues = { orders: `orders-${uuidv7()}`, mes: `mes-${uuidv7()}`, pricing: `pricing-${uuidv7()}` };

/** What the other services do, as far as an order needs it. One kind of model is refused. */
const others: PricingActivities & MesActivities = {
  async analyseModel({ model }) {
    if (model.fileName === 'open.stl') throw ApplicationFailure.nonRetryable('the model is open', MODEL_REJECTED);
    return {
      volumeUm3: '1000',
      surfaceUm2: '600',
      boundingBoxUm: [10_000, 10_000, 10_000],
      triangles: 12,
      warnings: [],
    };
  },
  priceMetal: async () => ({
    part: { kind: 'metal', label: 'gold', amount: { amountMinor: '100', currency: 'EUR' } },
    massMg: 13_100,
  }),
  priceStones: async () => null,
  priceLabour: async () => ({ kind: 'labour', label: 'work', amount: { amountMinor: '50', currency: 'EUR' } }),
  openWorkOrder: async () => ({ workOrderId: uuidv7() }),
  withdrawWorkOrder: async () => {},
};

let shop: Shop;
let topics: Awaited<ReturnType<typeof startTopics>>;
let connection: Connection;
let consumer: Consumer;
const workers: OrderWorker[] = [];
const running: Promise<void>[] = [];

beforeAll(async () => {
  installTemporalRuntime((level, message, fields) =>
    log[level === 'WARN' || level === 'ERROR' ? 'warn' : 'debug'](fields, message),
  );
  shop = await startShop();
  topics = await startTopics(shop.database.pool);
  connection = Connection.lazy({ address });
  const workflows = temporalWorkflows({ client: new Client({ connection, namespace }), taskQueues });
  consumer = createConsumer({
    db: shop.database.pool,
    subscriber: kafkajsSubscriber({ brokers: [...kafkaBrokers], clientId: 'test' }),
    groupId: `test.${uuidv7()}`,
    handlers: topics.reading(handlersOf(new Orchestrator(workflows))),
  });
  await consumer.start();
  const connected = () => NativeConnection.connect({ address });
  const activities = shopActivities(shop.outbox, shop.database.kysely);
  for (let twice = 0; twice < 2; twice++) {
    workers.push(
      await createOrdersWorker({
        connection: await connected(),
        namespace,
        taskQueue: taskQueues.orders,
        activities,
        around: withOrder,
      }),
    );
  }
  for (const taskQueue of [taskQueues.mes, taskQueues.pricing]) {
    workers.push(
      await createActivityWorker({ connection: await connected(), namespace, taskQueue, activities: others }),
    );
  }
  running.push(...workers.map((worker) => worker.run()));
});
afterAll(async () => {
  for (const worker of workers) worker.shutdown();
  await Promise.all(running);
  await Promise.all(workers.map((worker) => worker.close()));
  await consumer.stop();
  await connection.close();
  await topics[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

const reached = (orderId: string, status: OrderStatus) =>
  waitFor(`order ${orderId} to be ${status}`, async () => {
    const { body } = await shop.ask<OrderResource>(`/v1/orders/${orderId}`, { as: ANN });
    return body.status === status && body;
  });

const historyOf = async (orderId: string) =>
  (await shop.ask<{ items: OrderHistoryEntry[] }>(`/v1/orders/${orderId}/history`, { as: ANN })).body.items;

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
  const body = JSON.stringify({ type: 'parcel.delivered', data: { orderId: order.id, at: made.at } });
  const sent = new Date();
  await shop.ask('/v1/courier-events', {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': `evt_${order.id}`,
      'webhook-timestamp': String(Math.floor(sent.getTime() / 1000)),
      'webhook-signature': new Webhook(COURIER_SECRET).sign(`evt_${order.id}`, sent, body),
    },
  });
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
