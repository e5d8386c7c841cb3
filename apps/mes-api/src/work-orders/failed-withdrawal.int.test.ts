import { fileURLToPath } from 'node:url';
import { WithdrawalFailed } from '@bezel/contracts';
import { testServers, waitFor } from '@bezel/local/testing';
import { createActivityWorker } from '@bezel/order-workflow/worker';
import { uuidv7 } from '@bezel/outbox';
import { committedIn } from '@bezel/outbox/testing';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createMesDatabase, type MesTestDatabase } from '../testing/mes-database.ts';
import { anOrder, toldAbout } from '../testing/orders.ts';
import type { withdrawOnce } from '../testing/withdrawing-workflow.ts';
import { mesActivities } from './activities.ts';
import { openWorkOrder } from './open-work-order.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(120_000);

// The activity fails on purpose here; what matters is asserted.
Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

let database: MesTestDatabase;
let stack: AsyncDisposableStack;
let withdraw: (orderId: string) => Promise<WorkflowHandle<typeof withdrawOnce>>;
beforeAll(async () => {
  stack = new AsyncDisposableStack();
  database = stack.use(await createMesDatabase());
  const { temporalAddress: address, temporalNamespace: namespace } = testServers();
  const [workflowQueue, taskQueue] = [`mes-test-workflow-${uuidv7()}`, `mes-test-${uuidv7()}`];
  const connection = await Connection.connect({ address });
  stack.defer(() => connection.close());
  const nativeConnection = await NativeConnection.connect({ address });
  stack.defer(() => nativeConnection.close());
  const workflows = await Worker.create({
    ...{ connection: nativeConnection, namespace, taskQueue: workflowQueue },
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('../testing/withdrawing-workflow.ts', import.meta.url)),
      logger: new DefaultLogger('ERROR'),
    }),
  });
  const worker = await createActivityWorker({
    ...{ connection: await NativeConnection.connect({ address }), namespace, taskQueue },
    activities: mesActivities(database.outbox, database.kysely),
  });
  stack.defer(() => worker.close());
  const running = Promise.all([workflows.run(), worker.run()]);
  stack.defer(async () => {
    workflows.shutdown();
    worker.shutdown();
    await running;
  });
  const client = new Client({ connection, namespace });
  withdraw = (orderId) =>
    client.workflow.start<typeof withdrawOnce>('withdrawOnce', {
      ...{ workflowId: `mes-test/${orderId}`, taskQueue: workflowQueue },
      args: [taskQueue, { orderId, reason: 'customer' }],
    });
});
afterAll(() => stack.disposeAsync());

const failuresOf = async (orderId: string) =>
  (await committedIn(database.pool))
    .filter(({ key, type }) => key === orderId && type === WithdrawalFailed.type)
    .map(({ value }) => JSON.parse(value));

test('a withdrawal that fails is told with its number, until it is made', async () => {
  const order = anOrder();
  await openWorkOrder(database.outbox, database.kysely, order);
  await database.pool.query(
    'ALTER TABLE withdrawn_order ADD CONSTRAINT nobody_withdraws CHECK (order_id IS NULL) NOT VALID',
  );
  const withdrawal = await withdraw(order.orderId);
  await waitFor('two tries', async () => (await failuresOf(order.orderId)).length >= 2);
  await database.pool.query('ALTER TABLE withdrawn_order DROP CONSTRAINT nobody_withdraws');
  await withdrawal.result();
  const failures = await failuresOf(order.orderId);
  expect(failures.map(({ attempt }) => attempt)).toEqual(failures.map((_, index) => index + 1));
  expect(failures[0]).toMatchObject({ orderId: order.orderId, error: expect.stringContaining('nobody_withdraws') });
  expect(await toldAbout(database, order.orderId)).toEqual([
    'opened',
    ...failures.map(() => WithdrawalFailed.type),
    'withdrawn',
  ]);
});

test('one that cannot be told is tried again all the same, and the next tells its own number', async () => {
  const order = anOrder();
  await openWorkOrder(database.outbox, database.kysely, order);
  await database.pool.query('ALTER TABLE outbox.message RENAME TO message_away');
  const withdrawal = await withdraw(order.orderId);
  await waitFor('two tries that cannot be told', async () => {
    const [activity] = (await withdrawal.describe()).raw.pendingActivities ?? [];
    return (activity?.attempt ?? 0) > 2;
  });
  await database.pool.query('ALTER TABLE outbox.message_away RENAME TO message');
  await withdrawal.result();
  expect((await toldAbout(database, order.orderId)).at(-1)).toBe('withdrawn');
  for (const { attempt } of await failuresOf(order.orderId)) expect(attempt).toBeGreaterThan(1);
});

test('one that can never succeed is no failure to be tried again', async () => {
  const order = anOrder();
  const { workOrderId } = await openWorkOrder(database.outbox, database.kysely, order);
  await database.pool.query(`UPDATE work_order SET status = 'SHIPPED', claimed_by = 'ada' WHERE id = $1`, [
    workOrderId,
  ]);
  await expect((await withdraw(order.orderId)).result()).rejects.toThrow();
  expect(await failuresOf(order.orderId)).toEqual([]);
});
