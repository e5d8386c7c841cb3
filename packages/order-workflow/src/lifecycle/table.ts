import type { OrderStatus } from '@bezel/contracts';
import type { MessageKind } from './messages.ts';

/** Who has to act for an order in a status to move on. */
export type StageOwner = 'workflow' | 'pricing' | 'customer' | 'operators' | 'courier';

/** One status: who owns it and which message ends it, with the status that follows. A final status is ended by nothing. */
export interface Stage {
  /** null when the status is final. */
  readonly owner: StageOwner | null;
  readonly final: boolean;
  readonly endedBy: Readonly<Partial<Record<MessageKind, OrderStatus>>>;
}

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
  },
  PRICING: {
    owner: 'pricing',
    final: false,
    endedBy: { priced: 'PRICED', 'model-rejected': 'REJECTED', 'cancellation-requested': 'CANCELLED' },
  },
  PRICED: {
    owner: 'customer',
    final: false,
    endedBy: { 'price-accepted': 'APPROVED', 'offer-expired': 'CANCELLED', 'cancellation-requested': 'CANCELLED' },
  },
  APPROVED: {
    owner: 'operators',
    final: false,
    endedBy: { 'manufacturing-started': 'IN_MANUFACTURING', 'cancellation-requested': 'CANCELLED' },
  },
  IN_MANUFACTURING: {
    owner: 'operators',
    final: false,
    endedBy: { 'manufacturing-completed': 'MANUFACTURING_COMPLETED', 'cancellation-requested': 'CANCELLED' },
  },
  MANUFACTURING_COMPLETED: {
    owner: 'operators',
    final: false,
    endedBy: { packed: 'PACKED', 'cancellation-requested': 'CANCELLED' },
  },
  PACKED: {
    owner: 'operators',
    final: false,
    endedBy: { shipped: 'SHIPPED', 'cancellation-requested': 'CANCELLED' },
  },
  SHIPPED: { owner: 'courier', final: false, endedBy: { delivered: 'DELIVERED' } },
  DELIVERED: { owner: null, final: true, endedBy: {} },
  CANCELLED: { owner: null, final: true, endedBy: {} },
  REJECTED: { owner: null, final: true, endedBy: {} },
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
