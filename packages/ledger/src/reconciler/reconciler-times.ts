import type { AgainTimes } from './in-question/questions.ts';
import type { TouchTimes } from './rounds/touches.ts';
import { LEASE_TIMES, type LeaseTimes } from './running/lease.ts';
import type { Failed, Pace } from './running/pace.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** How fast a reconciler is, and what it may cost. */
export interface ReconcilerTimes {
  readonly lease: LeaseTimes;
  /** A look at what has changed. */
  readonly round: Pace;
  /** A look at the orders in question: at those that are new, and by itself at those that are old. */
  readonly again: Pace & AgainTimes & { readonly old: Pace };
  /**
   * A look at all orders. Each slice reads what the outboxes keep, which have no index by order: the more slices, the longer a pass;
   * the larger one is, the more memory (some 7 MB for a thousand orders) and the longer a snapshot is open.
   */
  readonly pass: Pace & { readonly ordersASlice: number };
  /** How much longer than the limit of a hop an order must be quiet before it is audited, and the rest of {@link TouchTimes}. */
  readonly touches: Omit<TouchTimes, 'quietMs'> & { readonly slackMs: number };
  /** Transactions may commit so long after their rows were written, and clocks differ by so much. */
  readonly overlapMs: number;
  /** A look that has not got on for so long is broken off: a source has stopped answering. In ms. */
  readonly stuckMs: number;
  readonly failed: Failed;
}

export const RECONCILER_TIMES: ReconcilerTimes = {
  lease: LEASE_TIMES,
  round: { everyMs: 15 * SECOND, share: 0.1 },
  again: {
    ...{ everyMs: 5 * SECOND, share: 0.1, old: { everyMs: 15 * SECOND, share: 0.2 } },
    ...{ suspectedMs: 5 * SECOND, countedMs: 30 * SECOND, incurableMs: 10 * MINUTE },
    ...{ newMs: 60 * MINUTE, most: 200 },
  },
  pass: { everyMs: 10 * MINUTE, share: 0.25, ordersASlice: 10_000 },
  touches: { slackMs: 2 * SECOND, atLatestMs: 5 * MINUTE, rememberedMs: 10 * MINUTE },
  overlapMs: 2 * MINUTE,
  stuckMs: 5 * MINUTE,
  failed: { firstMs: 2 * SECOND, mostMs: 30 * SECOND },
};
