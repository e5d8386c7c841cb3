import { defineEvent } from '@bezel/outbox/event';
import { z } from 'zod';
import { ORDER_STATUSES } from '../statuses.ts';
import { TOPICS } from '../topics.ts';
import { Finish, Instant, Metal, ModelRef, PriceOffer, Stones } from '../values.ts';

const topic = TOPICS.shopOrders;
const key = (data: { orderId: string }): string => data.orderId;

/** An order was accepted at one of the doors. It starts the order's workflow. */
export const OrderSubmitted = defineEvent({
  type: 'shop.order-submitted',
  topic,
  key,
  schema: z.object({
    orderId: z.uuid(),
    orderNumber: z.string(),
    tenant: z.string(),
    customerId: z.string(),
    channel: z.enum(['shop', 'partner']),
    model: ModelRef,
    metal: Metal,
    finish: Finish,
    stones: Stones,
    submittedAt: Instant,
  }),
});

/** Fact: the customer accepted the offer. */
export const PriceAccepted = defineEvent({
  type: 'shop.price-accepted',
  topic,
  key,
  schema: z.object({ orderId: z.uuid(), offerId: z.uuid(), acceptedBy: z.string(), at: Instant }),
});

/** Fact: somebody entitled asked for the order to be cancelled. */
export const CancellationRequested = defineEvent({
  type: 'shop.cancellation-requested',
  topic,
  key,
  schema: z.object({ orderId: z.uuid(), requestedBy: z.string(), reason: z.string(), at: Instant }),
});

/** Fact: the courier says the parcel was handed over. */
export const DeliveryConfirmed = defineEvent({
  type: 'shop.delivery-confirmed',
  topic,
  key,
  schema: z.object({ orderId: z.uuid(), courierEventId: z.string(), at: Instant }),
});

/**
 * The order's status moved. Written by the workflow's activities alone, in the transaction that moved it.
 * `seq` counts the moves of one order from 1 without a hole; `SUBMITTED` itself is move 0 and has no event of this type.
 */
export const OrderStatusChanged = defineEvent({
  type: 'shop.order-status-changed',
  topic,
  key,
  schema: z.object({
    orderId: z.uuid(),
    orderNumber: z.string(),
    tenant: z.string(),
    customerId: z.string(),
    seq: z.number().int().positive(),
    from: z.enum(ORDER_STATUSES),
    to: z.enum(ORDER_STATUSES),
    at: Instant,
    reason: z.string().optional(),
    offer: PriceOffer.optional(),
    /** When the status moved to passes its SLA; absent where it has none. */
    deadline: Instant.optional(),
    /** When delivery is promised for; only on the move to APPROVED. */
    promisedAt: Instant.optional(),
  }),
});

/**
 * The order is late (`late`: the status it came to by move `seq` passed its SLA at `deadline`), or will be (`predicted`: it
 * will miss `deadline`, which is the end of that SLA or the time promised). Written once for each. It moves nothing.
 */
export const OrderDelayed = defineEvent({
  type: 'shop.order-delayed',
  topic,
  key,
  schema: z.object({
    orderId: z.uuid(),
    orderNumber: z.string(),
    tenant: z.string(),
    customerId: z.string(),
    /** 0 is the submission. */
    seq: z.number().int().nonnegative(),
    status: z.enum(ORDER_STATUSES),
    kind: z.enum(['late', 'predicted']),
    deadline: Instant,
    /** When delivery was promised for; null before APPROVED. */
    promisedAt: Instant.nullable(),
    /** When delivery is expected now; null before APPROVED. */
    expectedAt: Instant.nullable(),
    /** Who is to hear of it; nobody when the order has ended meanwhile. */
    tells: z.array(z.enum(['operators', 'customer'])),
    at: Instant,
  }),
});
