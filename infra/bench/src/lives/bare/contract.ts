import type { Fact, OrderInput, TaskQueues } from '@bezel/order-workflow';

/** The bare workflow's argument; as large as the order workflow's. */
export interface BareStart {
  readonly order: OrderInput;
  readonly taskQueues: TaskQueues;
  /** When the timer of the order's SLA would fire, and that of the offer. */
  readonly alarmMs: number;
  readonly offerValidForMs: number;
}

/** One move, without a database to make it in. */
export interface BareMove {
  readonly orderId: string;
  readonly seq: number;
  readonly causedBy?: string;
}

export const BARE_WORKFLOW = 'bareWorkflow';
export const BARE_SIGNAL = 'fact';

/** The same activities on the same queues as an order's; what they answer is as large, and made of nothing. */
export interface BareActivities {
  moveOrder(move: BareMove): Promise<void>;
}

export interface BarePricing {
  analyseModel(input: { readonly order: OrderInput }): Promise<object>;
  priceMetal(input: object): Promise<object>;
  priceStones(input: object): Promise<object>;
  priceLabour(input: object): Promise<object>;
}

export interface BareMes {
  openWorkOrder(input: object): Promise<object>;
}

export type BareFact = Fact;
