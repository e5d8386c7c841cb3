import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { factOf, MAKING, orderInput } from '../testing/facts.ts';
import { createOrderSystem, type OrderSystem } from '../testing/order-system.ts';
import { startWorkers } from '../testing/workers.ts';
import {
  createOrderClient,
  type OrderClientOptions,
  TemporalCallRefusedError,
  TemporalNotPreparedError,
  TemporalUnavailableError,
} from './index.ts';

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

describe('startOrder', () => {
  test('a second start is success and starts nothing, also after the end', async () => {
    const order = await system.submit();
    expect(await system.orders.startOrder(order.input, randomUUID())).toEqual({ started: false });
    await order.reaches('PRICED');
    await order.tell('cancellation-requested');
    await order.handle.result();
    expect(await system.orders.startOrder(order.input, randomUUID())).toEqual({ started: false });
    expect(await order.statuses()).toEqual(['PRICING', 'PRICED', 'CANCELLED']);
  }, 60_000);

  test('answers the run that was started', async () => {
    const input = orderInput();
    const result = await system.orders.startOrder(input, randomUUID());
    const handle = system.client.workflow.getHandle(`order/${input.orderId}`);
    const { runId } = await handle.describe();
    expect(result).toEqual({ started: true, runId });
    await handle.terminate('the test is over');
  }, 60_000);
});

describe('signalFact', () => {
  test('says that the order has ended', async () => {
    const order = await system.submit();
    await order.reaches('PRICED');
    await order.tell('cancellation-requested');
    await order.handle.result();
    expect(await system.orders.signalFact(order.id, factOf('delivered'))).toEqual({
      delivered: false,
      why: 'finished',
    });
  }, 60_000);

  test('says that no such order is known', async () => {
    expect(await system.orders.signalFact(randomUUID(), factOf('delivered'))).toEqual({
      delivered: false,
      why: 'unknown',
    });
  });
});

describe('state', () => {
  test('is the whole state, while the order is open and after its end', async () => {
    const order = await system.submit();
    await order.leadTo('APPROVED');
    await order.tell('packed', { messageId: 'early' });
    const open = await order.stateAt('APPROVED');
    expect(open).toMatchObject({ status: 'APPROVED', seq: 3, cancelling: null });
    expect(open.held).toMatchObject([{ messageId: 'early', kind: 'packed' }]);
    for (const kind of MAKING.filter((each) => each !== 'packed')) await order.tell(kind);
    await order.tell('delivered');
    await order.handle.result();
    expect(await system.orders.state(order.id)).toMatchObject({ status: 'DELIVERED', seq: 8, held: [] });
  }, 60_000);

  test('is null for an order without workflow', async () => {
    expect(await system.orders.state(randomUUID())).toBeNull();
  });
});

describe('when Temporal cannot be asked', () => {
  const away = () =>
    createOrderClient({
      client: new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }), namespace: 'bezel' }),
      timeoutMs: 500,
    });

  test('the error is retryable and says which order and fact', async () => {
    const error = await away()
      .signalFact('o-1', factOf('packed', { messageId: 'm-1' }))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TemporalUnavailableError);
    expect(error).toMatchObject({ code: 'TEMPORAL_UNAVAILABLE', retryable: true });
    expect(String(error)).toContain('fact packed (m-1) for order o-1');
    await expect(away().startOrder(orderInput(), 'm-2')).rejects.toBeInstanceOf(TemporalUnavailableError);
    await expect(away().state('o-1')).rejects.toBeInstanceOf(TemporalUnavailableError);
  }, 30_000);

  test('a query without a running worker is retryable too', async () => {
    await using idle = await createOrderSystem();
    const impatient = createOrderClient({ client: idle.client, taskQueues: idle.taskQueues, timeoutMs: 500 });
    const order = await idle.submit();
    await expect(impatient.state(order.id)).rejects.toBeInstanceOf(TemporalUnavailableError);
  }, 30_000);

  const startWith = (options: OrderClientOptions, order = orderInput()): Promise<unknown> =>
    createOrderClient(options)
      .startOrder(order, randomUUID())
      .catch((caught: unknown) => caught);

  test('a namespace that does not exist, or has no search attributes, can be mended: every order would be refused', async () => {
    const client = new Client({ connection: system.client.connection, namespace: 'no-such-namespace' });
    // The namespace of Temporal itself is there, and has no attributes of ours.
    const unmapped = new Client({ connection: system.client.connection, namespace: 'temporal-system' });
    for (const each of [client, unmapped]) {
      const error = await startWith({ client: each });
      expect(error).toBeInstanceOf(TemporalNotPreparedError);
      expect(error).toMatchObject({ code: 'TEMPORAL_NOT_PREPARED', retryable: true });
    }
  }, 30_000);

  test('an order too large for Temporal is refused alone', async () => {
    const { client, taskQueues } = system;
    const error = await startWith({ client, taskQueues }, orderInput({ customerId: 'x'.repeat(3_000_000) }));
    expect(error).toBeInstanceOf(TemporalCallRefusedError);
    expect(error).toMatchObject({ code: 'TEMPORAL_CALL_REFUSED', retryable: false });
  }, 30_000);
});
