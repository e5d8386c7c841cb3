import {
  CancellationRequested,
  DeliveryConfirmed,
  OrderDelayed,
  OrderStatusChanged,
  OrderSubmitted,
  PriceAccepted,
  PricingProgressed,
  WithdrawalFailed,
  WorkOrderClaimed,
  WorkOrderCompleted,
  WorkOrderOpened,
  WorkOrderPacked,
  WorkOrderShipped,
  WorkOrderStarted,
  type WorkOrderStatus,
  WorkOrderWithdrawn,
} from '@bezel/contracts';
import type { FactKind } from '@bezel/order-workflow';
import type { InboxHop } from './hops.ts';

/** The event that begins an order, and the one that tells of each of its moves. */
export const SUBMITTED_TYPE = OrderSubmitted.type;
export const MOVED_TYPE = OrderStatusChanged.type;

/** The event that tells of a delay. It moves nothing. */
export const DELAYED_TYPE = OrderDelayed.type;

/** The event that tells that a work order could not be withdrawn yet. */
export const WITHDRAWAL_FAILED_TYPE = WithdrawalFailed.type;

/** Events that are facts: each must lead to one move or to one refusal. */
export const FACT_TYPES: Readonly<Record<string, FactKind>> = {
  [PriceAccepted.type]: 'price-accepted',
  [CancellationRequested.type]: 'cancellation-requested',
  [DeliveryConfirmed.type]: 'delivered',
  [WorkOrderStarted.type]: 'manufacturing-started',
  [WorkOrderCompleted.type]: 'manufacturing-completed',
  [WorkOrderPacked.type]: 'packed',
  [WorkOrderShipped.type]: 'shipped',
};

/** The event by which a work order enters each status. */
export const WORK_ORDER_TYPES: Readonly<Record<WorkOrderStatus, string>> = {
  OPEN: WorkOrderOpened.type,
  CLAIMED: WorkOrderClaimed.type,
  STARTED: WorkOrderStarted.type,
  COMPLETED: WorkOrderCompleted.type,
  PACKED: WorkOrderPacked.type,
  SHIPPED: WorkOrderShipped.type,
  WITHDRAWN: WorkOrderWithdrawn.type,
};

/** Who must have acted on which messages. A message of a type listed here has one inbox row per subscription. */
export interface Subscription {
  readonly hop: InboxHop;
  /** What the consumer is for, in words of the findings. */
  readonly purpose: string;
  readonly types: readonly string[];
}

export const SUBSCRIPTIONS: readonly Subscription[] = [
  { hop: 'shop.inbox', purpose: 'tell the workflow', types: [SUBMITTED_TYPE, ...Object.keys(FACT_TYPES)] },
  { hop: 'shop.inbox', purpose: 'keep the progress of pricing', types: [PricingProgressed.type] },
  {
    hop: 'shop.inbox',
    purpose: 'show how far a cancellation is',
    types: [WorkOrderWithdrawn.type, WITHDRAWAL_FAILED_TYPE],
  },
  { hop: 'mes.inbox', purpose: "keep the board's order status", types: [MOVED_TYPE, DELAYED_TYPE] },
  { hop: 'crm.inbox', purpose: "keep the CRM's view", types: [SUBMITTED_TYPE, MOVED_TYPE, DELAYED_TYPE] },
];
