import type { OrderStatus } from '@bezel/contracts';
import { STAGE_TIMES } from '@bezel/order-workflow';
import type { OrderSeen } from '../account/order-account.ts';
import type { StageLimits } from './limits.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * What the SLA gives an order for its stage, in ms: by the deadline that the shop keeps, because an order has the times that were
 * configured when its workflow began (STAGE_TIMES, for each partner), or else by the stage contract. null where the status has none.
 *
 * A move is committed a moment after the workflow has reckoned the deadline, by another clock. So the time is given in whole
 * seconds, or minutes when it is an hour or more; and what would be no time at all is the contract's.
 *
 * @param since when it came to the status, in ms since 1970, as is `deadline`
 */
export function slaMsOf(status: OrderStatus, since: number, deadline: number | null): number | null {
  const contractMs = STAGE_TIMES[status]?.withinMs ?? null;
  if (contractMs === null || deadline === null) return contractMs;
  const ownMs = deadline - since;
  const unit = ownMs < HOUR ? SECOND : MINUTE;
  const wholeMs = Math.round(ownMs / unit) * unit;
  return wholeMs > 0 ? wholeMs : contractMs;
}

/** The end of the offer, in ms since 1970, where an order waits for its customer until then. */
export const offerEndOf = ({ status, dueAt }: OrderSeen): number | null => (status === 'PRICED' ? dueAt : null);

/**
 * From when on an order rests in its status for too long, in ms since 1970. As long as an offer stands it never does; what comes after
 * is no rest any more, but the workflow's turn.
 */
export function restsUntil(order: OrderSeen, limits: StageLimits | null): number {
  if (limits === null) return order.at;
  if (offerEndOf(order) !== null) return Number.POSITIVE_INFINITY;
  const { status, at, dueAt } = order;
  return at + Math.max(limits.patienceMs[status] ?? 0, limits.timesTheSla * (slaMsOf(status, at, dueAt) ?? 0));
}
