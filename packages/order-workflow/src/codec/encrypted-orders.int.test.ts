import { randomBytes } from 'node:crypto';
import { testServers, waitFor } from '@bezel/local/testing';
import { describe, expect, test } from '@jest/globals';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import proto from '@temporalio/proto';
import { createOrderClient, type OrderClient } from '../client/index.ts';
import { pricingActivities, shopActivities } from '../testing/activities.ts';
import { MAKING, orderInput } from '../testing/facts.ts';
import { createOrderSystem, type OrderSystem } from '../testing/order-system.ts';
import { PlacedOrder } from '../testing/placed-order.ts';
import { connectWorker, keysIn, startWorkers } from '../testing/workers.ts';
import { createActivityWorker, createOrdersWorker } from '../worker/index.ts';
import { PayloadKeyUnknownError } from './errors.ts';

const { History: HistoryMessage } = proto.temporal.api.history.v1;

const given = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const [first, second] = [given('first'), given('second')];

/** All bytes of a history, as a string in which one can search. */
const bytesOf = (history: History): string =>
  Buffer.from(HistoryMessage.encode(HistoryMessage.fromObject(history)).finish()).toString('latin1');

/** A client with other keys, and the order as that client speaks to it. */
const clientWith = ({ client, taskQueues }: OrderSystem, keys?: string): OrderClient =>
  createOrderClient({ client, taskQueues, payloadKeys: keysIn(keys) });
const orderWith = (system: OrderSystem, { input }: PlacedOrder, keys: string): PlacedOrder =>
  new PlacedOrder({ ...system, orders: clientWith(system, keys) }, input);

const SECRET = {
  orderNumber: 'BZ-4711',
  customerId: 'customer-4711',
  model: { sha256: 'c0ffee'.repeat(10).padEnd(64, '0'), fileName: 'engagement-ring.stl', bytes: 684 },
};
const REASON = 'she said no';
const IN_THE_HISTORY = [
  ...[SECRET.orderNumber, SECRET.customerId, SECRET.model.sha256, SECRET.model.fileName, 'gold-585', REASON],
  ...['cancellation-requested', 'messageId', '9007199254740993', 'workOrderId', 'the-operator'],
];
const REJECTION = 'the body has a hole';

describe('the history of an order', () => {
  /** One order that ends with a reason, another whose model is rejected by an activity that fails. */
  async function histories(payloadKeys?: string): Promise<string> {
    await using system = await createOrderSystem({ payloadKeys });
    await using _workers = await startWorkers({ name: 'one', ...system });
    const order = await system.submit(SECRET);
    const rejected = await system.submit({ model: { ...SECRET.model, fileName: 'broken.stl' } });
    await order.accept();
    await order.tell('manufacturing-started', { by: 'the-operator' });
    await order.reaches('IN_MANUFACTURING');
    await order.tell('cancellation-requested', { reason: REASON });
    expect(await order.handle.result()).toBe('CANCELLED');
    expect(await rejected.handle.result()).toBe('REJECTED');
    expect((await order.moves()).at(-1)?.reason).toBe(REASON);
    expect((await rejected.moves()).at(-1)?.reason).toBe(REJECTION);
    const all = [...(await order.histories()), ...(await rejected.histories())].map(bytesOf).join('');
    // The search finds what is there: ids are never encrypted.
    for (const { id } of [order, rejected]) expect(all).toContain(`order/${id}`);
    return all;
  }

  test('holds nothing that was said about it in clear text', async () => {
    const encrypted = await histories(first);
    expect([...IN_THE_HISTORY, REJECTION].filter((secret) => encrypted.includes(secret))).toEqual([]);
  }, 60_000);

  /** The history of an order whose workflow throws: it is of a version that the worker does not know. */
  async function refused(payloadKeys?: string): Promise<string> {
    await using system = await createOrderSystem({ payloadKeys });
    await using _workers = await startWorkers({ name: 'one', ...system });
    const { client, taskQueues } = system;
    const order = new PlacedOrder(system, orderInput());
    await client.workflow.start('orderWorkflow', {
      workflowId: `order/${order.id}`,
      taskQueue: taskQueues.orders,
      args: [{ version: 99, order: order.input, startedBy: 'x', offerValidForMs: 1_000, taskQueues }],
    });
    const failed = await waitFor('the workflow task to fail', async () =>
      (await order.histories()).find(({ events }) => events?.some((event) => event.workflowTaskFailedEventAttributes)),
    );
    await order.handle.terminate('the test is over');
    return bytesOf(failed);
  }

  test('holds nothing of what the workflow itself throws either, neither message nor stack', async () => {
    const [encrypted, clear] = [await refused(first), await refused()];
    const thrown = ['this worker runs orders up to version', 'order-workflow.ts'];
    expect(thrown.filter((text) => !clear.includes(text))).toEqual([]);
    expect(thrown.filter((text) => encrypted.includes(text))).toEqual([]);
    expect(encrypted).toContain('Encoded failure');
  }, 90_000);

  test('would hold all of it without a key', async () => {
    const clear = await histories();
    expect([...IN_THE_HISTORY, REJECTION].filter((secret) => !clear.includes(secret))).toEqual([]);
  }, 60_000);
});

describe('an order that is under way', () => {
  test('goes on when the first key is given, and when another takes its place', async () => {
    await using system = await createOrderSystem();
    const clear = await startWorkers({ name: 'clear', ...system });
    const order = await system.submit();
    await order.accept();
    await order.reaches('APPROVED');
    await clear[Symbol.asyncDispose]();

    const keyed = await startWorkers({ name: 'keyed', ...system, payloadKeys: first });
    const told = orderWith(system, order, first);
    await told.tell('manufacturing-started');
    await told.tell('manufacturing-completed');
    await order.reaches('MANUFACTURING_COMPLETED');
    await keyed[Symbol.asyncDispose]();

    const both = `${second},${first}`;
    await using _rotated = await startWorkers({ name: 'rotated', ...system, payloadKeys: both });
    const toldAgain = orderWith(system, order, both);
    for (const kind of ['packed', 'shipped', 'delivered'] as const) await toldAgain.tell(kind);
    await order.reaches('DELIVERED');
    expect(await toldAgain.stateAt('DELIVERED')).toMatchObject({ seq: 8, held: [] });
    expect(await order.refusals()).toEqual([]);
    const history = (await order.histories()).map(bytesOf).join('');
    for (const id of ['first', 'second']) expect(history).toContain(id);
  }, 90_000);
});

describe('a key that is missing', () => {
  test('from the workers of orders: nothing is done and nothing lost; with the key the order goes on', async () => {
    await using system = await createOrderSystem({ payloadKeys: first });
    const keyless = await startWorkers({ name: 'keyless', ...system, payloadKeys: undefined });
    const order = await system.submit();
    const failed = await waitFor('a workflow task to fail', async () =>
      (await order.histories())
        .flatMap(({ events }) => events ?? [])
        .find(({ workflowTaskFailedEventAttributes: failure }) => failure),
    );
    expect(failed.workflowTaskFailedEventAttributes?.failure?.message).toContain('the key "first"');
    expect(await order.statuses()).toEqual([]);
    await keyless[Symbol.asyncDispose]();

    await using _workers = await startWorkers({ name: 'keyed', ...system });
    await order.leadTo('DELIVERED');
    expect(await order.handle.result()).toBe('DELIVERED');
    expect(await order.statuses()).toHaveLength(MAKING.length + 4);
    expect(await order.refusals()).toEqual([]);
    await expect(clientWith(system).state(order.id)).rejects.toBeInstanceOf(PayloadKeyUnknownError);
  }, 90_000);

  test('from a worker of activities: its activity is tried again until it is there', async () => {
    await using system = await createOrderSystem({ payloadKeys: first });
    const { temporalNamespace: namespace } = testServers();
    const running = async <Worker extends Awaited<ReturnType<typeof createActivityWorker>>>(worker: Worker) => {
      const ended = worker.run();
      return {
        async [Symbol.asyncDispose]() {
          worker.shutdown();
          await ended;
          await worker.close();
        },
      };
    };
    const orders = await running(
      await createOrdersWorker({
        connection: await connectWorker(),
        namespace,
        taskQueue: system.taskQueues.orders,
        activities: shopActivities(system.pool, 'keyed'),
        payloadKeys: keysIn(first),
      }),
    );
    const keyless = await running(
      await createActivityWorker({
        connection: await connectWorker(),
        namespace,
        taskQueue: system.taskQueues.pricing,
        activities: pricingActivities(system.pool),
      }),
    );
    const order = await system.submit();
    const { lastFailure } = await waitFor('an activity to be tried again', async () => {
      const { raw } = await order.handle.describe();
      return raw.pendingActivities?.find(({ attempt }) => (attempt ?? 0) > 2);
    });
    expect(lastFailure?.message).toContain('"first"');
    await keyless[Symbol.asyncDispose]();
    await orders[Symbol.asyncDispose]();

    await using _workers = await startWorkers({ name: 'all keyed', ...system });
    await order.reaches('PRICED');
  }, 90_000);
});
