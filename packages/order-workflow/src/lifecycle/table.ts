import type { OrderStatus } from '@bezel/contracts';
import type { Audience } from '../contract/activities.ts';
import type { MessageKind } from './messages.ts';

/** Who has to act for an order in a status to move on. */
export type StageOwner = 'workflow' | 'pricing' | 'customer' | 'operators' | 'courier';

/** What a stage may take, in ms of elapsed time. */
export interface StageTime {
  /** The SLA: the stage ends within this of having been entered, or the order is late. */
  readonly withinMs: number;
  /** What it usually takes; predictions are sums of these. */
  readonly typicalMs: number;
}

/** The time a stage has, and who hears of it, once, when that has passed. */
export interface StageSla extends StageTime {
  readonly tells: readonly Audience[];
}

/** One status: who owns it, what it may take, and which message ends it, with the status that follows. */
export interface Stage {
  /** null when the status is final. */
  readonly owner: StageOwner | null;
  readonly final: boolean;
  /** Nothing ends a final status. */
  readonly endedBy: Readonly<Partial<Record<MessageKind, OrderStatus>>>;
  /** null when nobody of ours can be late: the status is final, or the customer's, whose offer expires. */
  readonly sla: StageSla | null;
  /** Who looks for orders that were forgotten in this status; null when it is final. */
  readonly sweeper: string | null;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * The transition table: the one place that says which moves exist. The workflow, the database constraint, the API's
 * documentation and the diagram in `docs/order-lifecycle.md` are made from it.
 *
 * `CANCELLED` is entered only after what was opened has been withdrawn (see `advance`).
 */
export const LIFECYCLE: Readonly<Record<OrderStatus, Stage>> = {
  SUBMITTED: {
    owner: 'workflow',
    final: false,
    endedBy: { begun: 'PRICING', 'cancellation-requested': 'CANCELLED' },
    sla: { withinMs: MINUTE, typicalMs: SECOND, tells: ['operators'] },
    sweeper: 'unstarted-orders',
  },
  PRICING: {
    owner: 'pricing',
    final: false,
    endedBy: { priced: 'PRICED', 'model-rejected': 'REJECTED', 'cancellation-requested': 'CANCELLED' },
    sla: { withinMs: 15 * MINUTE, typicalMs: 30 * SECOND, tells: ['operators', 'customer'] },
    sweeper: 'stuck-workflows',
  },
  PRICED: {
    owner: 'customer',
    final: false,
    endedBy: { 'price-accepted': 'APPROVED', 'offer-expired': 'CANCELLED', 'cancellation-requested': 'CANCELLED' },
    sla: null,
    sweeper: 'unexpired-offers',
  },
  APPROVED: {
    owner: 'operators',
    final: false,
    endedBy: { 'manufacturing-started': 'IN_MANUFACTURING', 'cancellation-requested': 'CANCELLED' },
    sla: { withinMs: 2 * DAY, typicalMs: DAY, tells: ['operators', 'customer'] },
    sweeper: 'stuck-workflows',
  },
  IN_MANUFACTURING: {
    owner: 'operators',
    final: false,
    endedBy: { 'manufacturing-completed': 'MANUFACTURING_COMPLETED', 'cancellation-requested': 'CANCELLED' },
    sla: { withinMs: 5 * DAY, typicalMs: 3 * DAY, tells: ['operators', 'customer'] },
    sweeper: 'stuck-workflows',
  },
  MANUFACTURING_COMPLETED: {
    owner: 'operators',
    final: false,
    endedBy: { packed: 'PACKED', 'cancellation-requested': 'CANCELLED' },
    sla: { withinMs: DAY, typicalMs: 4 * HOUR, tells: ['operators', 'customer'] },
    sweeper: 'stuck-workflows',
  },
  PACKED: {
    owner: 'operators',
    final: false,
    endedBy: { shipped: 'SHIPPED', 'cancellation-requested': 'CANCELLED' },
    sla: { withinMs: DAY, typicalMs: 4 * HOUR, tells: ['operators', 'customer'] },
    sweeper: 'stuck-workflows',
  },
  SHIPPED: {
    owner: 'courier',
    final: false,
    endedBy: { delivered: 'DELIVERED' },
    sla: { withinMs: 5 * DAY, typicalMs: 2 * DAY, tells: ['operators', 'customer'] },
    sweeper: 'stuck-workflows',
  },
  DELIVERED: { owner: null, final: true, endedBy: {}, sla: null, sweeper: null },
  CANCELLED: { owner: null, final: true, endedBy: {}, sla: null, sweeper: null },
  REJECTED: { owner: null, final: true, endedBy: {}, sla: null, sweeper: null },
};

/** Every status, in the order of the table. */
export const STATUSES = Object.keys(LIFECYCLE) as readonly OrderStatus[];

/** True when nothing can move an order out of this status. */
export const isFinal = (status: OrderStatus): boolean => LIFECYCLE[status].final;

/** One arrow of the table: what moves an order from one status to another. */
export interface Transition {
  readonly from: OrderStatus;
  readonly to: OrderStatus;
  readonly on: MessageKind;
}

/**
 * The table as a list, for a database constraint, a diagram or documentation.
 *
 * @example
 * TRANSITIONS.map(({ from, to }) => `('${from}', '${to}')`).join(', ');
 */
export const TRANSITIONS: readonly Transition[] = STATUSES.flatMap((from) =>
  Object.entries(LIFECYCLE[from].endedBy).map(([on, to]) => ({ from, to, on: on as MessageKind })),
);

/** Whether the table has a move between these two. */
export const canMove = (from: OrderStatus, to: OrderStatus): boolean =>
  TRANSITIONS.some((transition) => transition.from === from && transition.to === to);

/** What a message means in a status: it moves the order now, may do so later, or never will. */
export type Fit = 'now' | 'later' | 'never';

/**
 * Reads from the table whether a message fits: `later` when some status that can still be reached is ended by it.
 * It follows the moves to their ends, so the table must have no cycle.
 *
 * @example
 * fitOf('APPROVED', 'packed'); // 'later'
 * fitOf('SHIPPED', 'cancellation-requested'); // 'never'
 */
export function fitOf(status: OrderStatus, kind: MessageKind): Fit {
  if (LIFECYCLE[status].endedBy[kind] !== undefined) return 'now';
  const possible = Object.values(LIFECYCLE[status].endedBy).some((next) => fitOf(next, kind) !== 'never');
  return possible ? 'later' : 'never';
}
