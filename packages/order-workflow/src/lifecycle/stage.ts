import type { OrderStatus } from '@bezel/contracts';
import type { Audience } from '../contract/activities.ts';
import type { MessageKind } from './messages.ts';

/** Who has to act for an order in a status to move on. */
export type StageOwner = 'workflow' | 'pricing' | 'customer' | 'operators' | 'courier';

/** Who looks for orders that were forgotten in a status; what each looks for stands in `sweepers/sweepers.ts`. */
export type Sweeper = 'unstarted-orders' | 'stuck-workflows' | 'unexpired-offers';

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
export interface Stage<Status extends string = OrderStatus> {
  /** What the status means to whoever ordered: one sentence, as the partners' page shows it. */
  readonly meaning: string;
  /** null when the status is final. */
  readonly owner: StageOwner | null;
  readonly final: boolean;
  /** Nothing ends a final status. */
  readonly endedBy: Readonly<Partial<Record<MessageKind, Status>>>;
  /** null when nobody of ours can be late: the status is final, or the customer's, whose offer expires. */
  readonly sla: StageSla | null;
  /** Who looks for orders that were forgotten in this status; null when it is final. */
  readonly sweeper: Sweeper | null;
}

/**
 * A stage contract: every status with its stage, in the order in which they are shown; the first is where orders begin.
 * What is made from a contract takes one with any statuses, so that tests can ask what a change would change.
 */
export type Lifecycle<Status extends string = string> = Readonly<Record<Status, Stage<Status>>>;
