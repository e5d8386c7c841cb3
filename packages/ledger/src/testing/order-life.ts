import type { OrderStatus, WorkOrderStatus } from '@bezel/contracts';
import { CancellationRequested, DeliveryConfirmed, PriceAccepted, PricingProgressed, TOPICS } from '@bezel/contracts';
import {
  DELAYED_TYPE,
  MOVED_TYPE,
  SUBMITTED_TYPE,
  SUBSCRIPTIONS,
  WITHDRAWAL_FAILED_TYPE,
  WORK_ORDER_TYPES,
} from '../account/event-types.ts';
import type { Evidence } from '../account/evidence.ts';
import { type OutboxHop, TOPIC_OF, type ViewHop } from '../account/hops.ts';

/** How an order lived. The moves are always those of a real order; the rest is what may happen beside them. */
export interface LifePlan {
  /** How many of the nine steps to DELIVERED the order makes, 0 (only submitted) to 8. */
  readonly steps: number;
  /** What ends it after those steps; `none` leaves it where it is. */
  readonly ending: 'none' | 'cancelled' | 'rejected';
  /** How often the relay published everything again, from the given message on. */
  readonly repeatsFrom: readonly number[];
  /** After this many steps somebody asks in vain for a cancellation, too late or twice; null: nobody. */
  readonly refusedAfter: number | null;
  /** After this many steps the order passes the SLA of the status it has come to; null: never. */
  readonly lateAfter: number | null;
  /** A client holds the answer 201. */
  readonly claimed: boolean;
}

/** When every life begins, in milliseconds since 1970. Each thing that happens takes one second. */
export const LIFE_BEGINS = Date.UTC(2026, 0, 5, 9);

const WAY: readonly OrderStatus[] = [
  'SUBMITTED',
  'PRICING',
  'PRICED',
  'APPROVED',
  'IN_MANUFACTURING',
  'MANUFACTURING_COMPLETED',
  'PACKED',
  'SHIPPED',
  'DELIVERED',
];

/** The work order steps that lead to an order's status. */
const OPERATORS: Readonly<Partial<Record<OrderStatus, readonly WorkOrderStatus[]>>> = {
  IN_MANUFACTURING: ['CLAIMED', 'STARTED'],
  MANUFACTURING_COMPLETED: ['COMPLETED'],
  PACKED: ['PACKED'],
  SHIPPED: ['SHIPPED'],
};

/**
 * Lets an order live and returns all that is known about it afterwards: a correct account in every respect. The tests
 * plant one defect in it and expect the audit to find that one.
 */
export function liveOrder(orderId: string, plan: LifePlan): Evidence[] {
  const evidence: Evidence[] = [];
  const published = new Map<
    OutboxHop,
    { messageId: string; type: string; move?: { seq: number; to: OrderStatus } }[]
  >();
  let now = LIFE_BEGINS;
  let ids = 0;
  let seq = 0;
  let status: OrderStatus = 'SUBMITTED';
  let late = false;

  const tick = (): number => {
    now += 1000;
    return now;
  };
  const nextId = (): string => `019b8d9c-0000-7000-8000-${String(++ids).padStart(12, '0')}`;
  const row = (hop: ViewHop, messageId: string | null, state: string): void => {
    evidence.push({ source: 'view', orderId, hop, messageId, state, at: now });
  };
  const write = (outbox: OutboxHop, type: string, move?: { seq: number; to: OrderStatus }): string => {
    const messageId = nextId();
    const lane = published.get(outbox) ?? [];
    published.set(outbox, lane);
    const topic = outbox === 'shop.outbox' ? TOPICS.shopOrders : TOPICS.mesWorkOrders;
    row(outbox, messageId, `3/${1000 + 7 * lane.length} ${topic} ${type}`);
    lane.push({ messageId, type, ...(move ? { move } : {}) });
    return messageId;
  };
  const take = (messageId: string, type: string): void => {
    for (const { hop, types } of SUBSCRIPTIONS) {
      if (types.includes(type)) row(hop, messageId, `${hop}-group`);
    }
  };
  const say = (outbox: OutboxHop, type: string): string => {
    tick();
    const messageId = write(outbox, type);
    take(messageId, type);
    return messageId;
  };
  const moveTo = (to: OrderStatus, causedBy: string | null): void => {
    tick();
    seq += 1;
    status = to;
    late = false;
    row('shop.history', causedBy, `${seq} ${to}`);
    take(write('shop.outbox', MOVED_TYPE, { seq, to }), MOVED_TYPE);
    row('crm.projection', null, `${seq} ${to}`);
  };

  row('shop.history', null, '0 SUBMITTED');
  row('crm.projection', null, '0 SUBMITTED');
  const submitted = say('shop.outbox', SUBMITTED_TYPE);
  let workOrder: WorkOrderStatus | null = null;

  const refuse = (): void => {
    const refused = say('shop.outbox', CancellationRequested.type);
    row('shop.history', refused, 'refused cancellation-requested');
  };

  const becomeLate = (): void => {
    const told = say('shop.outbox', DELAYED_TYPE);
    row('shop.delay', told, `${seq} late`);
    row('crm.delay', told, `${seq} late told`);
    late = true;
  };

  if (plan.lateAfter === 0) becomeLate();
  for (let step = 1; step <= plan.steps; step += 1) {
    const to = WAY[step] as OrderStatus;
    if (to === 'PRICING') {
      moveTo(to, submitted);
      say('mes.outbox', PricingProgressed.type);
    } else if (to === 'PRICED') moveTo(to, null);
    else if (to === 'APPROVED') {
      moveTo(to, say('shop.outbox', PriceAccepted.type));
      workOrder = 'OPEN';
      say('mes.outbox', WORK_ORDER_TYPES.OPEN);
    } else if (to === 'DELIVERED') moveTo(to, say('shop.outbox', DeliveryConfirmed.type));
    else {
      let told = '';
      for (const next of OPERATORS[to] ?? []) {
        workOrder = next;
        told = say('mes.outbox', WORK_ORDER_TYPES[next]);
      }
      moveTo(to, told);
    }
    if (plan.refusedAfter === step) refuse();
    if (plan.lateAfter === step) becomeLate();
  }

  if (plan.ending === 'cancelled') {
    const request = say('shop.outbox', CancellationRequested.type);
    if (workOrder !== null) {
      workOrder = 'WITHDRAWN';
      say('mes.outbox', WITHDRAWAL_FAILED_TYPE);
      row('shop.cancellation', null, 'failed 1');
      const withdrawn = say('mes.outbox', WORK_ORDER_TYPES.WITHDRAWN);
      for (const step of ['material-released', 'work-order-withdrawn']) {
        row('shop.cancellation', withdrawn, `done ${step}`);
      }
    }
    moveTo('CANCELLED', request);
  }
  if (plan.ending === 'rejected') moveTo('REJECTED', null);

  tick();
  row('shop.order', null, status);
  if (workOrder !== null) row('mes.work-order', nextId(), workOrder);
  if (seq > 0) row('mes.board', null, `${seq} ${status}`);
  if (late && seq > 0) row('mes.late-mark', null, String(seq));
  row('crm.order', null, `${seq} ${status}${late ? ' late' : ''}`);
  const ended = plan.ending !== 'none' || plan.steps === 8;
  evidence.push({
    source: 'workflow',
    orderId,
    status: ended ? 'COMPLETED' : 'RUNNING',
    startedAt: LIFE_BEGINS,
    closedAt: ended ? now : null,
  });
  if (plan.claimed) evidence.push({ source: 'client', orderId, at: LIFE_BEGINS });

  for (const [outbox, lane] of published) {
    const sent = [...lane, ...plan.repeatsFrom.flatMap((from) => lane.slice(from))];
    for (const [index, message] of sent.entries()) {
      const { messageId, type, move } = message;
      const copy = { orderId, hop: TOPIC_OF[outbox], messageId, type, partition: 5, offset: BigInt(100 + 3 * index) };
      const told = { ...(move ? { move } : {}), ...(type === DELAYED_TYPE ? { tellsCustomer: true as const } : {}) };
      evidence.push({ source: 'topic', ...copy, at: now, ...told });
    }
  }
  return evidence;
}
