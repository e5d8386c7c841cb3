import { waitFor } from '@bezel/local/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { STAGE_TIMES, type StageTimes } from '../index.ts';
import { orderInput } from '../testing/facts.ts';
import { createOrderSystem, type OrderSystem } from '../testing/order-system.ts';
import { PlacedOrder } from '../testing/placed-order.ts';
import { startWorkers } from '../testing/workers.ts';

let system: OrderSystem;
let workers: AsyncDisposable;

/** Orders of this tenant pass their SLA in APPROVED within a second. */
const HURRIED = 'hurried';
/** Theirs usually take longer in APPROVED than their SLA allows. */
const HOPELESS = 'hopeless';
const HOUR = 3_600_000;
const APPROVED_OF: Readonly<Record<string, StageTimes>> = {
  [HURRIED]: { APPROVED: { withinMs: 800, typicalMs: 800 } },
  [HOPELESS]: { APPROVED: { withinMs: HOUR, typicalMs: 2 * HOUR } },
};
const stageTimes = (tenant: string): StageTimes => ({ ...STAGE_TIMES, ...APPROVED_OF[tenant] });

beforeAll(async () => {
  system = await createOrderSystem({ stageTimes });
  workers = await startWorkers({ name: 'one', ...system });
}, 60_000);

afterAll(async () => {
  await workers?.[Symbol.asyncDispose]();
  await system?.[Symbol.asyncDispose]();
}, 30_000);

/** How often each type of event stands in the order's whole history. */
async function eventsOf(order: PlacedOrder): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const history of await order.histories()) {
    for (const { eventType } of history.events ?? []) {
      const type = String(eventType);
      counts[type] = (counts[type] ?? 0) + 1;
    }
  }
  return counts;
}

const TIMER_STARTED = '17';
const TIMER_FIRED = '18';
const TIMER_CANCELED = '19';

const lateAs = (order: PlacedOrder, late: boolean) =>
  waitFor(`the workflow of ${order.id} to be shown as ${late ? 'late' : 'in time'}`, async () => {
    const { typedSearchAttributes } = await order.handle.describe();
    return typedSearchAttributes.getAll().find(({ key }) => key.name === 'BezelLate')?.value === late;
  });

describe('a stage that passes its SLA', () => {
  test('is told late once and shown; the next stage is in time again', async () => {
    const order = await system.submit({ tenant: HURRIED });
    await order.leadTo('APPROVED');
    await lateAs(order, true);
    await order.leadTo('IN_MANUFACTURING');
    await lateAs(order, false);
    await order.leadTo('DELIVERED');
    expect(await order.handle.result()).toBe('DELIVERED');
    expect(await order.delays()).toEqual([{ seq: 3, kind: 'late', status: 'APPROVED' }]);
    const { typedSearchAttributes } = await order.handle.describe();
    expect(Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]))).toMatchObject(
      {
        BezelStatus: 'DELIVERED',
        BezelTenant: HURRIED,
        BezelLate: false,
      },
    );
  }, 60_000);

  test('is told when the workers come back', async () => {
    await using alone = await createOrderSystem({ stageTimes });
    const away = await startWorkers({ name: 'two', ...alone });
    const order = await alone.submit({ tenant: HURRIED });
    await order.leadTo('APPROVED');
    await order.stateAt('APPROVED');
    await away[Symbol.asyncDispose]();
    await waitFor('the SLA to have passed at the server', async () => (await eventsOf(order))[TIMER_FIRED] === 1);
    await using _back = await startWorkers({ name: 'three', ...alone });
    await lateAs(order, true);
  }, 60_000);

  test('is told after the workflow continued as new', async () => {
    await using other = await createOrderSystem({ stageTimes, historyLimit: 45 });
    await using _workers = await startWorkers({ name: 'four', ...other });
    const order = await other.submit({ tenant: HURRIED });
    await order.leadTo('APPROVED');
    await lateAs(order, true);
    await order.leadTo('DELIVERED');
    expect(await order.handle.result()).toBe('DELIVERED');
    expect((await order.histories()).length).toBeGreaterThan(1);
    expect(await order.delays()).toEqual([{ seq: 3, kind: 'late', status: 'APPROVED' }]);
  }, 60_000);
});

test('a stage that will pass its SLA is told before it does', async () => {
  const order = await system.submit({ tenant: HOPELESS });
  await order.leadTo('APPROVED');
  await waitFor('it to be told', async () => (await order.delays()).length > 0);
  await order.leadTo('DELIVERED');
  expect(await order.delays()).toMatchObject([{ seq: 3, kind: 'predicted', status: 'APPROVED' }]);
}, 60_000);

test('an order in time costs one timer beside that of its offer', async () => {
  const order = await system.submit();
  await order.leadTo('DELIVERED');
  expect(await order.handle.result()).toBe('DELIVERED');
  const {
    [TIMER_STARTED]: started = 0,
    [TIMER_CANCELED]: canceled = 0,
    [TIMER_FIRED]: fired = 0,
  } = await eventsOf(order);
  // An offer accepted in the task in which it was made has no timer.
  expect({ left: started - canceled, fired }).toEqual({ left: 1, fired: 0 });
  expect(started).toBeLessThanOrEqual(2);
  expect(await order.delays()).toEqual([]);
}, 60_000);

test('an order of a version that the worker does not know is left for one that does', async () => {
  const order = new PlacedOrder(system, orderInput());
  const { client, taskQueues } = system;
  await client.workflow.start('orderWorkflow', {
    workflowId: `order/${order.id}`,
    taskQueue: taskQueues.orders,
    args: [{ version: 99, order: order.input, startedBy: 'x', offerValidForMs: 1_000, taskQueues }],
  });
  const failed = await waitFor('the workflow task to be refused', async () => {
    const { events } = await order.handle.fetchHistory();
    return events?.find((event) => event.workflowTaskFailedEventAttributes != null);
  });
  expect(failed.workflowTaskFailedEventAttributes?.failure?.message).toMatch(/version/);
  expect((await order.handle.describe()).status.name).toBe('RUNNING');
  expect(await order.moves()).toEqual([]);
  await order.handle.terminate('the test is over');
}, 60_000);

test('an order is shown by its status, tenant and deadline as soon as it has begun', async () => {
  const order = await system.submit();
  await order.reaches('PRICED');
  await order.leadTo('APPROVED');
  const deadline = await waitFor('the deadline', async () => {
    const { typedSearchAttributes } = await order.handle.describe();
    const shown = new Map(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
    return shown.get('BezelStatus') === 'APPROVED' ? shown.get('BezelDeadline') : undefined;
  });
  const { timing } = await order.stateAt('APPROVED');
  expect(deadline).toEqual(new Date(timing?.deadline ?? 0));
}, 60_000);
