import { createNamespace, testServers, waitFor } from '@bezel/local/testing';
import { workflowIdOf } from '@bezel/order-workflow';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { bareWorkflowIdOf } from '../lives/bare/contender.ts';
import type { Contender } from '../lives/contender.ts';
import { live } from '../lives/live.ts';
import { type RunningContender, startBare, startOrders, submittedOrder } from '../testing/contenders.ts';
import { differencesInWork, type Events, eventsOf, totalOf } from './events.ts';
import { countOf, type Writes, writesBetween, writesOf } from './writes.ts';

// What a delivered order may cost Temporal, which is what limits how many orders a second it takes. The numbers follow from
// what happens in such a life, not from a measurement: who adds an event meets this test and decides whether it is worth it.

jest.setTimeout(120_000);

/** Every event of a delivered order but those of workflow tasks. It makes 8 moves and is told 6 facts. */
const EVENTS: Readonly<Record<string, number>> = {
  workflowExecutionStarted: 1,
  workflowExecutionSignaled: 6,
  // 8 moves; the model analysed; metal, stones and labour priced; the work order opened.
  activityTaskScheduled: 13,
  activityTaskStarted: 13,
  activityTaskCompleted: 13,
  // What is shown of a move in visibility: one event however much of it changes.
  upsertWorkflowSearchAttributes: 8,
  // The alarm of the stages' SLAs is set once and left to run; that of the offer is stopped when it is accepted.
  timerStarted: 2,
  timerCanceled: 1,
  workflowExecutionCompleted: 1,
};
/** What wakes the workflow, with three events each: its start, 6 facts, the ends of 13 activities; ends that meet share a task. */
const MOST_TASKS = 20;
/** An order may cost so many times what the bare workflow costs, that does the same steps and nothing else. */
const BUDGET = 1.3;
const ORDERS = 2;

interface Cost {
  readonly events: readonly Events[];
  /** null where the server of the run does not tell. */
  readonly writes: Writes | null;
}

let connection: Connection;
let client: Client;
const costs = {} as Record<'order' | 'bare', Cost>;

beforeAll(async () => {
  const { temporalAddress: address, temporalMetrics: metrics } = testServers();
  const namespace = await createNamespace();
  connection = await Connection.connect({ address });
  client = new Client({ connection, namespace });
  const look = async () => (metrics === undefined ? null : writesOf(metrics, namespace));

  /** Lives one order, so that workers and task queues are warm, and then some one after the other. */
  async function costOf(running: RunningContender, idOf: (orderId: string) => string): Promise<Cost> {
    await using lived = running;
    const signal = AbortSignal.timeout(90_000);
    const orders = Array.from({ length: ORDERS }, submittedOrder);
    const ended = (orderId: string) =>
      waitFor('the end of the workflow', async () => {
        const { status } = await client.workflow.getHandle(idOf(orderId)).describe();
        return status.name === 'COMPLETED';
      });
    const contender = patient(lived.contender, idOf);
    const one = async (order: (typeof orders)[number]) => {
      await live(contender, [order], { inFlight: 1, signal });
      await ended(order.orderId);
    };
    await one(submittedOrder());
    const before = await look();
    for (const order of orders) await one(order);
    const after = await look();
    return {
      events: await Promise.all(orders.map(({ orderId }) => eventsOf(client, idOf(orderId)))),
      writes: before === null || after === null ? null : writesBetween(before, after),
    };
  }

  /** Facts come as in life, to a workflow at rest: what meets by chance would cost now more, now less. */
  const patient = (contender: Contender, idOf: (orderId: string) => string): Contender => ({
    ...contender,
    async reached(orderIds) {
      const reached = await contender.reached(orderIds);
      for (const orderId of reached.keys()) {
        const { raw } = await client.workflow.getHandle(idOf(orderId)).describe();
        const busy = (raw.pendingActivities ?? []).length > 0 || raw.pendingWorkflowTask != null;
        if (busy) return new Map();
      }
      return reached;
    },
  });

  costs.order = await costOf(await startOrders({ client, address }), workflowIdOf);
  costs.bare = await costOf(await startBare({ client, address }), bareWorkflowIdOf);
}, 120_000);

afterAll(async () => {
  await connection?.close();
});

const isOfTask = (type: string): boolean => type.startsWith('workflowTask');

test('a delivered order has the events its steps account for, and no others', () => {
  for (const events of costs.order.events) {
    expect(Object.fromEntries([...events].filter(([type]) => !isOfTask(type)))).toEqual(EVENTS);
    expect(events.get('workflowTaskScheduled')).toBeLessThanOrEqual(MOST_TASKS);
    expect(events.get('workflowTaskTimedOut') ?? 0).toBe(0);
  }
});

test('the bare workflow does the same steps, so that the two can be compared', () => {
  const [order = new Map(), bare = new Map()] = [costs.order.events[0], costs.bare.events[0]];
  expect(differencesInWork(order, bare)).toEqual([]);
});

test('a delivered order has at most 1.3 times the events of the bare workflow', () => {
  const perOrder = ({ events }: Cost): number => events.reduce((sum, each) => sum + totalOf(each), 0) / events.length;
  expect(perOrder(costs.order) / perOrder(costs.bare)).toBeLessThanOrEqual(BUDGET);
});

(testServers().temporalMetrics === undefined ? test.skip : test)(
  'a delivered order makes Temporal write at most 1.3 times as often as the bare workflow',
  () => {
    const perOrder = ({ writes }: Cost): number => countOf(writes?.main ?? new Map()) / ORDERS;
    expect(perOrder(costs.bare)).toBeGreaterThan(0);
    expect(perOrder(costs.order) / perOrder(costs.bare)).toBeLessThanOrEqual(BUDGET);
  },
);
