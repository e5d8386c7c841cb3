import type { StageTimes } from '../lifecycle/timing.ts';
import type { OrderInput } from './activities.ts';
import type { TaskQueues } from './names.ts';

/**
 * How an order is run. 1 (absent): no time is kept. 2: stages have SLAs, and search attributes are kept. An order keeps its
 * version for life; see docs/adr/0008-versions-of-a-running-order.md.
 */
export type OrderVersion = 1 | 2;

/** The version new orders get, and the highest that this code can run. */
export const ORDER_VERSION: OrderVersion = 2;

/** The workflow's argument. Settings are part of it, so that a change of configuration never changes a running order. */
export interface OrderStart {
  readonly version?: OrderVersion;
  readonly order: OrderInput;
  /**
   * Id of the message that told of the submission; the cause of the first move. Absent where no first move is left to make, or
   * nobody knows the message any more: that move then names no cause.
   */
  readonly startedBy?: string;
  /** How long an offer stands, in ms from its making. */
  readonly offerValidForMs: number;
  readonly taskQueues: TaskQueues;
  /** What the stages may take; from version 2 on. */
  readonly times?: StageTimes;
  /** Events after which the workflow continues as new; by default when the Temporal server suggests it. */
  readonly historyLimit?: number;
}
