import type { OrderStatus } from '@bezel/contracts';
import type { MessageKind } from './messages.ts';
import type { Lifecycle } from './stage.ts';
import { LIFECYCLE } from './stages.ts';

/** Every status, in the order of the contract. */
export const STATUSES = Object.keys(LIFECYCLE) as readonly OrderStatus[];

/** True when nothing can move an order out of this status. */
export const isFinal = (status: OrderStatus): boolean => LIFECYCLE[status].final;

/** One arrow of the contract: what moves an order from one status to another. */
export interface Transition<Status extends string = OrderStatus> {
  readonly from: Status;
  readonly to: Status;
  readonly on: MessageKind;
}

/**
 * The moves of a contract as a list, for a database constraint, a diagram or documentation. Two messages may make the
 * same move.
 *
 * @example
 * transitionsOf(LIFECYCLE).map(({ from, to }) => `('${from}', '${to}')`).join(', ');
 */
export const transitionsOf = <Status extends string>(lifecycle: Lifecycle<Status>): readonly Transition<Status>[] =>
  (Object.keys(lifecycle) as Status[]).flatMap((from) =>
    Object.entries<Status>(lifecycle[from].endedBy).map(([on, to]) => ({ from, to, on: on as MessageKind })),
  );

/** Every move there is. */
export const TRANSITIONS = transitionsOf(LIFECYCLE);

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
