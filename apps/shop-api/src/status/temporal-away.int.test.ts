import { setTimeout as delay } from 'node:timers/promises';
import {
  type OrderResource,
  type OrderStatus,
  WorkOrderCompleted,
  WorkOrderPacked,
  WorkOrderShipped,
  WorkOrderStarted,
} from '@bezel/contracts';
import { type Link, linkTo, testServers, waitFor } from '@bezel/local/testing';
import { workflowIdOf } from '@bezel/order-workflow';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type RunningShop, startRunningShop } from '../testing/running-shop.ts';
import { ANN } from '../testing/shop.ts';

/** How long Temporal is away. Ten minutes: BEZEL_TEMPORAL_AWAY_SECONDS=600 npm test -- --only int temporal-away */
const SECONDS = Number(process.env['BEZEL_TEMPORAL_AWAY_SECONDS'] ?? (process.env['BEZEL_TEST_FULL'] === '1' ? 60 : 4));
/** Orders that have their offer when it goes, and how many more are submitted at least until it is back. */
const BEFORE = 8;
const MEANWHILE = 4;
const BETWEEN_MS = Math.max(500, SECONDS * 4);
const PATIENCE_MS = 60_000 + SECONDS * 1_000;
jest.setTimeout((SECONDS * 3 + 180) * 1_000);

const WAY: readonly OrderStatus[] = [
  ...(['SUBMITTED', 'PRICING', 'PRICED', 'APPROVED', 'IN_MANUFACTURING'] as const),
  ...(['MANUFACTURING_COMPLETED', 'PACKED', 'SHIPPED', 'DELIVERED'] as const),
];
const STEPS = [WorkOrderStarted, WorkOrderCompleted, WorkOrderPacked, WorkOrderShipped] as const;

let line: Link;
let running: RunningShop;
beforeAll(async () => {
  line = await linkTo(testServers().temporalAddress);
  running = await startRunningShop({ temporalAddress: line.address });
});
afterAll(async () => {
  await running?.[Symbol.asyncDispose]();
  await line?.[Symbol.asyncDispose]();
});

/** One order and what is told about it. Every fourth is called off by its customer, the others are made. */
class Told {
  /** Message ids of the steps in the MES, in the order of {@link STEPS}. */
  readonly #steps = STEPS.map(() => uuidv7());

  readonly order: OrderResource;
  readonly #index: number;
  constructor(order: OrderResource, index: number) {
    this.order = order;
    this.#index = index;
  }

  get isCalledOff(): boolean {
    return this.#index % 4 === 3;
  }

  /** The customer has an offer and answers it. */
  async answer(): Promise<void> {
    const { id } = this.order;
    const [action, body] = this.isCalledOff ? ['cancel', { reason: 'found it cheaper' }] : ['accept', {}];
    expect((await running.shop.post(`/v1/orders/${id}/${action}`, body)).status).toBe(202);
  }

  /** The MES's facts in another order for each order, every second one twice; the courier's as well. Nothing of the shop's is published yet. */
  async make(): Promise<void> {
    if (this.isCalledOff) return;
    const { id: orderId } = this.order;
    const data = { orderId, workOrderId: uuidv7(), by: 'olga', at: new Date().toISOString() };
    for (const turn of STEPS.keys()) {
      const step = (turn * 3 + this.#index) % STEPS.length;
      for (let copies = turn % 2; copies >= 0; copies--) {
        await running.topics.tell(STEPS[step] ?? WorkOrderStarted, data, this.#steps[step]);
      }
    }
    expect((await running.parcelDelivered(orderId)).status).toBe(202);
  }

  /** Publishes all that the shop wrote about the order, from the beginning: what was published before comes again. */
  publish(): Promise<void> {
    return running.topics.relay(this.order.id);
  }

  /** The order has ended as it must: every status once and in order, each with one event, each fact once. */
  async isLawful(): Promise<void> {
    const { id } = this.order;
    const history = await running.historyOf(id);
    const moves = history.filter(({ kind }) => kind === 'moved');
    const statuses = moves.map(({ to }) => to);
    expect(moves.map(({ seq }) => seq)).toEqual([...moves.keys()]);
    expect(moves.slice(1).map(({ from }) => from)).toEqual(statuses.slice(0, -1));
    const messages = await running.shop.messages(id);
    const changed = messages.filter(({ type }) => type === 'shop.order-status-changed');
    expect(changed.map(({ data }) => data['to'])).toEqual(statuses.slice(1));
    const causes = history.flatMap(({ kind, messageId }) =>
      kind === 'delayed' || messageId === null ? [] : [messageId],
    );
    expect(new Set(causes).size).toBe(causes.length);

    const saying = (type: RegExp) => messages.filter((message) => type.test(message.type)).map((message) => message.id);
    const causeOf = (status: OrderStatus) => moves.find(({ to }) => to === status)?.messageId;
    if (this.isCalledOff) {
      expect(statuses).toEqual([...WAY.slice(0, WAY.indexOf('PRICED') + 1), 'CANCELLED']);
      expect([causeOf('CANCELLED')]).toEqual(saying(/cancellation-requested/));
    } else {
      expect(statuses).toEqual(WAY);
      expect([causeOf('APPROVED')]).toEqual(saying(/price-accepted/));
      expect(WAY.slice(4, 8).map(causeOf)).toEqual(this.#steps);
      expect([causeOf('DELIVERED')]).toEqual(saying(/delivery-confirmed/));
      expect(history.filter(({ kind }) => kind === 'refused')).toEqual([]);
    }
    expect(await running.client.workflow.getHandle(workflowIdOf(id)).result()).toBe(statuses.at(-1));
  }
}

test(`Temporal is away for ${SECONDS} s while facts go on arriving: everything caught up, nothing doubled, in order`, async () => {
  const { shop, consumer, reached } = running;
  const orders: Told[] = [];
  const submit = async (): Promise<Told> => {
    const told = new Told(await shop.submitted(), orders.length);
    orders.push(told);
    return told;
  };
  for (let count = 0; count < BEFORE; count++) await (await submit()).publish();
  const priced = [...orders];
  for (const { order } of priced) await reached(order.id, 'PRICED', PATIENCE_MS);

  line.cut();
  const away = performance.now();
  const isAway = (): boolean => performance.now() - away < SECONDS * 1_000;
  // The doors take everything, though no order moves.
  for (const told of priced) {
    await told.make();
    await told.answer();
  }
  for (const told of priced.toReversed()) await told.publish();
  while (isAway() || orders.length < BEFORE + MEANWHILE) {
    const told = await submit();
    await told.make();
    await told.publish();
    await delay(BETWEEN_MS);
  }
  await waitFor('a call to Temporal to have failed', () =>
    consumer.status().partitions.some(({ failing }) => /Temporal does not answer/.test(failing?.message ?? '')),
  );
  for (const told of priced) await told.publish();
  for (const { order } of orders) {
    const { body } = await shop.ask<OrderResource>(`/v1/orders/${order.id}`, { as: ANN });
    expect(body.status).toBe(priced.some((told) => told.order === order) ? 'PRICED' : 'SUBMITTED');
  }

  line.mend();
  const back = performance.now();
  for (const told of orders.slice(BEFORE)) {
    await reached(told.order.id, 'PRICED', PATIENCE_MS);
    await told.answer();
    await told.publish();
  }
  for (const told of orders) await reached(told.order.id, told.isCalledOff ? 'CANCELLED' : 'DELIVERED', PATIENCE_MS);
  const seconds = ((performance.now() - back) / 1_000).toFixed(1);
  process.stderr.write(
    `Temporal was away for ${SECONDS} s: ${orders.length} orders had ended ${seconds} s after it was back\n`,
  );
  for (const told of orders) await told.isLawful();
});
