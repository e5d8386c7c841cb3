import {
  type OrderResource,
  type OrderStatus,
  WorkOrderClaimed,
  WorkOrderCompleted,
  WorkOrderPacked,
  WorkOrderShipped,
  WorkOrderStarted,
} from '@bezel/contracts';
import { type Link, linkTo, testServers, waitFor } from '@bezel/local/testing';
import { type Fact, type OrderInput, workflowIdOf } from '@bezel/order-workflow';
import { type Consumer, createConsumer, uuidv7 } from '@bezel/outbox';
import { kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import { handlersOf } from '@bezel/outbox/nestjs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Connection, defaultPayloadConverter } from '@temporalio/client';
import { moveOrder } from '../status/move-order.ts';
import { type Shop, startShop } from '../testing/shop.ts';
import { startTopics } from '../testing/topics.ts';
import { Orchestrator } from './orchestrator.ts';
import { type OrderWorkflows, temporalWorkflows } from './order-workflows.ts';
import { inputOf } from './submission.ts';

const { kafkaBrokers, temporalAddress, temporalNamespace: namespace } = testServers();

let shop: Shop;
let topics: Awaited<ReturnType<typeof startTopics>>;
let line: Link;
let connection: Connection;
let temporal: Client;
let workflows: OrderWorkflows;
const consumers: Consumer[] = [];
const groupId = `test.orchestrator.${uuidv7()}`;

beforeAll(async () => {
  shop = await startShop();
  topics = await startTopics(shop.database.pool);
  line = await linkTo(temporalAddress);
  connection = Connection.lazy({ address: line.address });
  temporal = new Client({ connection, namespace });
  const queue = `test-${uuidv7()}`;
  workflows = temporalWorkflows({
    client: temporal,
    taskQueues: { orders: queue, mes: queue, pricing: queue },
    timeoutMs: 1_000,
  });
  consumers.push(await startConsumer(), await startConsumer());
});
afterAll(async () => {
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  const { rows } = await shop.database.pool.query('SELECT order_id FROM order_workflow');
  for (const { order_id } of rows) {
    await temporal.workflow
      .getHandle(workflowIdOf(order_id))
      .terminate('end of test')
      .catch(() => {});
  }
  await connection.close();
  await line[Symbol.asyncDispose]();
  await topics[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

async function startConsumer(): Promise<Consumer> {
  const consumer = createConsumer({
    db: shop.database.pool,
    subscriber: kafkajsSubscriber({ brokers: [...kafkaBrokers], clientId: 'test' }),
    groupId,
    handlers: topics.reading(handlersOf(new Orchestrator(workflows))),
    retry: { firstMs: 50, maxMs: 200 },
  });
  await consumer.start();
  return consumer;
}

const runOf = async (orderId: string): Promise<string | undefined> =>
  (await shop.database.pool.query('SELECT run_id FROM order_workflow WHERE order_id = $1', [orderId])).rows[0]?.run_id;

const started = (orderId: string) => waitFor(`the workflow of ${orderId}`, () => runOf(orderId));

/** Waits until the orchestrator has handled a message. */
const handled = (messageId: string) =>
  waitFor(`message ${messageId} to be handled`, async () => {
    const { rowCount } = await shop.database.pool.query('SELECT FROM outbox.inbox WHERE id = $1', [messageId]);
    return rowCount === 1;
  });

/** The facts a workflow was signalled, in order. */
async function factsTold(orderId: string): Promise<Fact[]> {
  const { events } = await temporal.workflow.getHandle(workflowIdOf(orderId)).fetchHistory();
  return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
    signal?.input?.payloads?.[0] ? [defaultPayloadConverter.fromPayload<Fact>(signal.input.payloads[0])] : [],
  );
}

/** What a workflow was started with. */
async function startOf(orderId: string): Promise<unknown> {
  const { events } = await temporal.workflow.getHandle(workflowIdOf(orderId)).fetchHistory();
  const [input] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return input && defaultPayloadConverter.fromPayload(input);
}

const isFailing = (message: RegExp): boolean =>
  consumers.some((one) => one.status().partitions.some(({ failing }) => message.test(failing?.message ?? '')));

const rowOf = (orderId: string) =>
  shop.database.kysely.selectFrom('orders').selectAll().where('id', '=', orderId).executeTakeFirstOrThrow();

const refusals = async (orderId: string) =>
  (
    await shop.database.pool.query(
      'SELECT message_id, kind, status, reason FROM order_refused_fact WHERE order_id = $1',
      [orderId],
    )
  ).rows;

const parkedFor = async (orderId: string): Promise<string[]> =>
  (
    await shop.database.pool.query<{ code: string }>(
      `SELECT code FROM outbox.consumer_parked_key WHERE convert_from(key, 'UTF8') = $1`,
      [orderId],
    )
  ).rows.map(({ code }) => code);

async function orderIn(status: OrderStatus): Promise<OrderResource> {
  const order = await shop.submitted();
  await shop.moveTo(order.id, status);
  return order;
}

const step = (orderId: string) => ({ orderId, workOrderId: uuidv7(), by: 'olga', at: '2026-11-21T10:00:00.000Z' });

describe('a submission', () => {
  test('starts the workflow of the order with what was ordered', async () => {
    const order = await shop.submitted();
    await topics.relay(order.id);
    const runId = await started(order.id);
    const described = await temporal.workflow.getHandle(workflowIdOf(order.id)).describe();
    expect([described.status.name, described.runId, described.type]).toEqual(['RUNNING', runId, 'orderWorkflow']);
    expect(await startOf(order.id)).toMatchObject({
      order: {
        orderId: order.id,
        orderNumber: order.number,
        model: order.model,
        metal: 'gold-585',
        customerId: 'ann',
        channel: 'shop',
      },
      startedBy: (await shop.messages(order.id))[0]?.id,
    });
  });

  test('whose workflow was started in a transaction that was lost still gets its run', async () => {
    const order = await shop.submitted();
    const [message] = await shop.messages(order.id);
    const first = await workflows.startOrder(message?.data as unknown as OrderInput, String(message?.id));
    await topics.relay(order.id);
    expect(first).toEqual({ started: true, runId: await started(order.id) });
  });

  test('whose workflow has gone on since that transaction was lost still gets its run', async () => {
    const order = await shop.submitted();
    const [message] = await shop.messages(order.id);
    const first = await workflows.startOrder(message?.data as unknown as OrderInput, String(message?.id));
    await shop.moveTo(order.id, 'PRICED');
    await topics.relay(order.id, /order-submitted/);
    expect(first).toEqual({ started: true, runId: await started(order.id) });
  });

  test('of an order that has gone on does not start it again', async () => {
    const order = await orderIn('REJECTED');
    await topics.relay(order.id, /order-submitted/);
    await handled(String((await shop.messages(order.id))[0]?.id));
    expect(await runOf(order.id)).toBeUndefined();
    await expect(temporal.workflow.getHandle(workflowIdOf(order.id)).describe()).rejects.toThrow(/not found/i);
  });
});

describe('facts', () => {
  test('of the shop and of the MES are told in order, each with its message id, and copies are not', async () => {
    const order = await shop.submitted();
    await shop.moveTo(order.id, 'PRICED');
    await shop.post(`/v1/orders/${order.id}/accept`, {});
    await shop.post(`/v1/orders/${order.id}/cancel`, { reason: 'late' });
    // The order has gone on in the database, so the start is asked for by hand.
    const messages = await shop.messages(order.id);
    await workflows.startOrder(messages[0]?.data as unknown as OrderInput, String(messages[0]?.id));
    await topics.relay(order.id);
    await topics.relay(order.id);
    const byShop = messages.filter(({ type }) => /accepted|requested/.test(type)).map(({ id }) => id);
    await handled(String(byShop.at(-1)));
    expect(await factsTold(order.id)).toMatchObject([
      { messageId: byShop[0], kind: 'price-accepted', by: 'ann', offerId: expect.any(String) },
      { messageId: byShop[1], kind: 'cancellation-requested', by: 'ann', reason: 'late' },
    ]);
    const byMes: string[] = [];
    for (const event of [WorkOrderClaimed, WorkOrderStarted, WorkOrderCompleted, WorkOrderPacked, WorkOrderShipped]) {
      byMes.push(await topics.tell(event, step(order.id)));
    }
    await handled(String(byMes.at(-1)));
    expect((await factsTold(order.id)).slice(2).map(({ messageId, kind }) => [messageId, kind])).toEqual([
      [byMes[1], 'manufacturing-started'],
      [byMes[2], 'manufacturing-completed'],
      [byMes[3], 'packed'],
      [byMes[4], 'shipped'],
    ]);
  });

  test.each<OrderStatus>(['DELIVERED', 'CANCELLED', 'REJECTED'])(
    'for an order in %s are recorded as refused',
    async (status) => {
      const order = await orderIn(status);
      const messageId = await topics.tell(WorkOrderPacked, step(order.id));
      await handled(messageId);
      expect(await refusals(order.id)).toEqual([
        { message_id: messageId, kind: 'packed', status, reason: 'order-ended' },
      ]);
    },
  );

  test('that moved an order and come again after its end, because the commit was lost, are not refused', async () => {
    const order = await orderIn('MANUFACTURING_COMPLETED');
    const messageId = uuidv7();
    const { seq } = await shop.database.kysely
      .selectFrom('orders')
      .select('seq')
      .where('id', '=', order.id)
      .executeTakeFirstOrThrow();
    const move = { orderId: order.id, seq: seq + 1, from: 'MANUFACTURING_COMPLETED', to: 'PACKED' } as const;
    await moveOrder(shop.outbox, shop.database.kysely, { ...move, causedBy: messageId });
    await shop.moveTo(order.id, 'DELIVERED');
    await topics.tell(WorkOrderPacked, step(order.id), messageId);
    await handled(messageId);
    expect(await refusals(order.id)).toEqual([]);
  });

  test('for a workflow that was ended from outside are parked, not refused, and hold nobody up', async () => {
    const order = await shop.submitted();
    await topics.relay(order.id);
    await started(order.id);
    await temporal.workflow.getHandle(workflowIdOf(order.id)).terminate('by an operator');
    await topics.tell(WorkOrderPacked, step(order.id));
    await waitFor('the fact to be parked', async () => (await parkedFor(order.id)).length > 0);
    expect(await parkedFor(order.id)).toEqual(['WORKFLOW_ENDED']);
    expect(await refusals(order.id)).toEqual([]);
  });

  test('that come before the submission of their order begin it, as that would have', async () => {
    const order = await shop.submitted();
    await shop.post(`/v1/orders/${order.id}/cancel`, { reason: 'late' });
    const [submission, cancellation] = (await shop.messages(order.id)).map(({ id }) => id);
    await topics.relay(order.id, /cancellation-requested/);
    await handled(String(cancellation));
    expect(await factsTold(order.id)).toMatchObject([{ messageId: cancellation, kind: 'cancellation-requested' }]);
    await topics.relay(order.id, /order-submitted/);
    const runId = await started(order.id);
    expect((await temporal.workflow.getHandle(workflowIdOf(order.id)).describe()).runId).toBe(runId);
    expect(await startOf(order.id)).toMatchObject({
      order: { orderId: order.id, metal: 'gold-585' },
      startedBy: submission,
    });
  });

  test('that come before a submission which the outbox has forgotten wait', async () => {
    const order = await shop.submitted();
    await shop.database.pool.query('DELETE FROM outbox.message WHERE key = $1', [order.id]);
    const messageId = await topics.tell(WorkOrderPacked, step(order.id));
    await waitFor('the fact to be tried', () => isFailing(/runs no workflow/));
    await workflows.startOrder(inputOf(await rowOf(order.id)), uuidv7());
    await handled(messageId);
    expect(await factsTold(order.id)).toMatchObject([{ messageId, kind: 'packed' }]);
  });

  test('for an order without a workflow wait until it has one', async () => {
    const order = await orderIn('PACKED');
    const messageId = await topics.tell(WorkOrderShipped, step(order.id));
    await waitFor('the fact to be tried', () => isFailing(/runs no workflow/));
    const [message] = await shop.messages(order.id);
    await workflows.startOrder(message?.data as unknown as OrderInput, String(message?.id));
    await handled(messageId);
    expect(await factsTold(order.id)).toMatchObject([{ messageId, kind: 'shipped' }]);
  });
});

describe('with two consumers', () => {
  test('many orders at a time are started once each', async () => {
    const orders = await Promise.all(Array.from({ length: 24 }, () => shop.submitted()));
    await Promise.all(orders.flatMap(({ id }) => [topics.relay(id), topics.relay(id)]));
    const runs = await Promise.all(orders.map(({ id }) => started(id)));
    expect(new Set(runs).size).toBe(24);
    expect(consumers.map((one) => one.status().partitions.length).every((held) => held > 0)).toBe(true);
  });

  test('Temporal away loses nothing: what came meanwhile is done when it is back', async () => {
    line.cut();
    const orders = await Promise.all(Array.from({ length: 3 }, () => shop.submitted()));
    for (const { id } of orders) await topics.relay(id);
    await waitFor('a start to fail', () => isFailing(/Temporal does not answer/));
    for (const { id } of orders) expect(await runOf(id)).toBeUndefined();
    const { rows } = await shop.database.pool.query(
      'SELECT count(*)::int AS taken FROM outbox.inbox WHERE id = ANY ($1)',
      [(await Promise.all(orders.map(({ id }) => shop.messages(id)))).flat().map(({ id }) => id)],
    );
    expect(rows[0].taken).toBe(0);
    line.mend();
    for (const { id } of orders) await started(id);
  });
});
