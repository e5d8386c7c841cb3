import type { OrderStatus, PriceOffer } from '@bezel/contracts';
import type { Fact } from '../contract/facts.ts';

/** How far the work order in the MES is, as the workflow knows it. */
export type WorkOrderPhase = 'none' | 'opening' | 'open' | 'withdrawing' | 'withdrawn';

/** How an order stands in time; all instants in ms since 1970. */
export interface Timing {
  /** When the status it is in was entered. */
  readonly enteredAt: number;
  /** When that status passes its SLA; null when it has none. */
  readonly deadline: number | null;
  /** Told that the SLA has passed. */
  readonly late: boolean;
  /** Told, in this stage, that the SLA or the promise will not be kept. */
  readonly predicted: boolean;
  /** When the order is promised to be delivered: at APPROVED, by the SLAs of what is left. null before. */
  readonly promisedAt: number | null;
  /** Told, in this stage or before, that the promise will not be kept. */
  readonly promiseDoubted: boolean;
}

/** All that the workflow knows of an order. It is JSON, so that it can be queried and carried over a continue-as-new. */
export interface OrderState {
  readonly status: OrderStatus;
  /** Number of moves made; the last move has this `seq`. */
  readonly seq: number;
  /** The offer made; null before PRICED. */
  readonly offer: PriceOffer | null;
  readonly workOrder: WorkOrderPhase;
  readonly workOrderId: string | null;
  /** The request to cancel that is being carried out; facts wait until its end is known. */
  readonly cancelling: Fact | null;
  /** Facts that came before their time, in order of arrival. */
  readonly held: readonly Fact[];
  /** Ids of the last {@link SEEN_LIMIT} facts, oldest first. */
  readonly seen: readonly string[];
  /** null before the first move, and in an order that keeps no time. */
  readonly timing: Timing | null;
}

/**
 * How many message ids are remembered. A complete order has about seven facts. A repetition of one that was forgotten
 * does no harm: its time is over, so it is refused and recorded.
 */
export const SEEN_LIMIT = 256;

/** An order as its door left it: submitted, nothing begun. */
export const SUBMITTED: OrderState = {
  status: 'SUBMITTED',
  seq: 0,
  offer: null,
  workOrder: 'none',
  workOrderId: null,
  cancelling: null,
  held: [],
  seen: [],
  timing: null,
};
