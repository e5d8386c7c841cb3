import type { Compensation, OrderStatus, WorkOrderStatus } from '@bezel/contracts';
import type { FactKind } from '@bezel/order-workflow';
import type { Claim, HeldBack, MessageCopy, WorkflowSeen } from './evidence.ts';
import type { InboxHop, OutboxHop, TopicHop } from './hops.ts';

/** An order's row: its status, and since when it has it. */
export interface OrderSeen {
  readonly status: OrderStatus;
  readonly at: number;
  /** Until when it is to leave its status, as the shop keeps it: the deadline of its stage, or the end of its offer. null: nothing says. */
  readonly dueAt: number | null;
}

/** A move of an order as a history shows it. Move 0 is the submission. */
export interface MoveSeen {
  readonly seq: number;
  readonly to: OrderStatus;
  readonly messageId: string | null;
  readonly at: number;
}

/** A fact that the workflow refused, as the history shows it. */
export interface RefusalSeen {
  readonly kind: FactKind;
  readonly messageId: string | null;
  readonly at: number;
}

/** A delay of the status that move `seq` led to. `messageId` is that of the message that tells of it. */
export interface DelaySeen {
  readonly seq: number;
  readonly kind: 'late' | 'predicted';
  readonly messageId: string;
  readonly at: number;
}

/** A delay as the CRM shows it. */
export interface DelayShown extends DelaySeen {
  /** There is a message for the customer. */
  readonly customerTold: boolean;
}

/** An order as sales sees it: after which move, and whether late. */
export interface OrderShown extends MoveSeen {
  readonly late: boolean;
}

/** A step of a cancellation that is done, as the shop shows it. `messageId` is that of the message that told it. */
export interface CompensationSeen {
  readonly step: Compensation['step'];
  readonly messageId: string;
  readonly at: number;
}

/** That the withdrawal of the work order failed, as the shop shows it. */
export interface WithdrawalFailureSeen {
  readonly tries: number;
  readonly at: number;
}

/** The board has marked the status that move `seq` led to as late. */
export interface LateMark {
  readonly seq: number;
  readonly at: number;
}

/** A repair that was carried out. `messageId` is that of the message it was about, if it was about one. */
export interface RepairSeen {
  readonly kind: string;
  readonly messageId: string | null;
  readonly at: number;
}

/** An outbox row. `shard` and `seq` are its place in its lane. */
export interface WrittenMessage {
  readonly hop: OutboxHop;
  readonly messageId: string;
  readonly topic: string;
  readonly type: string;
  readonly shard: number;
  readonly seq: bigint;
  readonly at: number;
}

/** An inbox row: a consumer group remembers that it acted on the message. */
export interface HandledMessage {
  readonly hop: InboxHop;
  readonly messageId: string;
  readonly group: string;
  readonly at: number;
}

/** A work order of the MES. */
export interface WorkOrderSeen {
  readonly workOrderId: string | null;
  readonly status: WorkOrderStatus;
  readonly at: number;
}

/**
 * Everything that is known about one order, sorted by the hop that knows it. Lists are in no order but `moves` and
 * `projected` (by seq), `written` (by lane) and `copies` (by topic, partition, offset).
 */
export interface OrderAccount {
  readonly orderId: string;
  readonly claims: readonly Claim[];
  readonly orders: readonly OrderSeen[];
  readonly moves: readonly MoveSeen[];
  readonly refusals: readonly RefusalSeen[];
  readonly delays: readonly DelaySeen[];
  readonly repairs: readonly RepairSeen[];
  readonly compensations: readonly CompensationSeen[];
  readonly withdrawalFailures: readonly WithdrawalFailureSeen[];
  readonly written: readonly WrittenMessage[];
  readonly copies: readonly MessageCopy[];
  readonly handled: readonly HandledMessage[];
  readonly held: readonly HeldBack[];
  readonly workflow: WorkflowSeen | null;
  readonly workOrders: readonly WorkOrderSeen[];
  /** The last move as the board of the MES shows it. */
  readonly board: readonly MoveSeen[];
  readonly lateMarks: readonly LateMark[];
  readonly projected: readonly MoveSeen[];
  readonly delaysShown: readonly DelayShown[];
  readonly ordersShown: readonly OrderShown[];
}

/** The outbox rows that belong on one topic. */
export const writtenFor = (account: OrderAccount, hop: OutboxHop): readonly WrittenMessage[] =>
  account.written.filter((message) => message.hop === hop);

/** The copies on one topic. */
export const copiesOn = (account: OrderAccount, hop: TopicHop): readonly MessageCopy[] =>
  account.copies.filter((copy) => copy.hop === hop);

/** The status of the order's row, or of its last move when the row is gone. */
export const statusOf = (account: OrderAccount): OrderStatus | null =>
  account.orders[0]?.status ?? account.moves.at(-1)?.to ?? null;
