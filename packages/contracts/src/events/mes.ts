import { defineEvent } from '@bezel/outbox/event';
import { z } from 'zod';
import { TOPICS } from '../topics.ts';
import { Instant, PricingProgress } from '../values.ts';

const topic = TOPICS.mesWorkOrders;
const key = (data: { orderId: string }): string => data.orderId;
const workOrderStep = z.object({ orderId: z.uuid(), workOrderId: z.uuid(), by: z.string(), at: Instant });

/** The work order exists and its material is reserved. */
export const WorkOrderOpened = defineEvent({ type: 'mes.work-order-opened', topic, key, schema: workOrderStep });
/** An operator took the work order. Moves no order status. */
export const WorkOrderClaimed = defineEvent({ type: 'mes.work-order-claimed', topic, key, schema: workOrderStep });
/** Fact: making began. */
export const WorkOrderStarted = defineEvent({ type: 'mes.work-order-started', topic, key, schema: workOrderStep });
/** Fact: the piece is made. */
export const WorkOrderCompleted = defineEvent({ type: 'mes.work-order-completed', topic, key, schema: workOrderStep });
/** Fact: the piece is packed. */
export const WorkOrderPacked = defineEvent({ type: 'mes.work-order-packed', topic, key, schema: workOrderStep });
/** Fact: the parcel left the house. */
export const WorkOrderShipped = defineEvent({ type: 'mes.work-order-shipped', topic, key, schema: workOrderStep });
/** The work order was withdrawn by the order's workflow and its material released. */
export const WorkOrderWithdrawn = defineEvent({ type: 'mes.work-order-withdrawn', topic, key, schema: workOrderStep });

/**
 * An attempt to withdraw the work order of an order that is being cancelled failed; it is made again, without end. `attempt`
 * counts from 1, and attempts of which nobody could tell are left out. Moves no order status.
 */
export const WithdrawalFailed = defineEvent({
  type: 'mes.withdrawal-failed',
  topic,
  key,
  schema: z.object({
    orderId: z.uuid(),
    attempt: z.number().int().positive(),
    /** For operators. */
    error: z.string(),
    at: Instant,
  }),
});

/**
 * How far the pricing of an order is. Told every two seconds at most, and never for a model that is measured faster. It may
 * come late, or after the price. Moves no order status.
 */
export const PricingProgressed = defineEvent({
  type: 'mes.pricing-progressed',
  topic,
  key,
  schema: PricingProgress.extend({ orderId: z.uuid(), at: Instant }),
});
