import type { OrderInput } from './activities.ts';
import type { TaskQueues } from './names.ts';

/** The workflow's argument. Settings are part of it, so that a change of configuration never changes a running order. */
export interface OrderStart {
  readonly order: OrderInput;
  /** Id of the message that told of the submission; the cause of the first move. */
  readonly startedBy: string;
  /** How long an offer stands, in ms from its making. */
  readonly offerValidForMs: number;
  readonly taskQueues: TaskQueues;
  /** Events after which the workflow continues as new; by default when the Temporal server suggests it. */
  readonly historyLimit?: number;
}
