import { z } from 'zod';
import { ORDER_STATUSES, WORK_ORDER_STATUSES } from '../statuses.ts';
import { Finish, Instant, Metal, ModelRef, PriceOffer, PricingProgress, Stones } from '../values.ts';

/** A form has text alone: whole decimal numbers in it count as numbers. Nothing else does: not "", null, true or [5]. */
const numberInText = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

/** What a customer chooses when ordering; the model comes as a file beside it or as `modelSha256` of an uploaded one. */
export const OrderSpecification = z.object({
  metal: Metal,
  finish: Finish.default('polished'),
  stones: z.preprocess(numberInText, Stones).default(0),
});
export type OrderSpecification = z.infer<typeof OrderSpecification>;

/** A request to cancel that is being carried out. It ends with the order's status CANCELLED, or is refused. */
export const OrderCancellation = z.object({
  /** When it was asked for. */
  since: Instant,
});
export type OrderCancellation = z.infer<typeof OrderCancellation>;

/** An order as the shop and the CRM show it. `offer` is there from PRICED on. */
export const OrderResource = z.object({
  id: z.uuid(),
  number: z.string(),
  tenant: z.string(),
  customerId: z.string(),
  channel: z.enum(['shop', 'partner']),
  status: z.enum(ORDER_STATUSES),
  model: ModelRef,
  metal: Metal,
  finish: Finish,
  stones: Stones,
  offer: PriceOffer.nullable(),
  /** How far pricing is, while PRICING; null when there is nothing to tell, as for quick models. Told by the shop alone. */
  progress: PricingProgress.nullable().optional(),
  /** Since when it is being cancelled; null when it is not, or not any more. Told by the shop alone. */
  cancellation: OrderCancellation.nullable().optional(),
  reason: z.string().nullable(),
  submittedAt: Instant,
  updatedAt: Instant,
  /** When the status it has passes its SLA; null where it has none. */
  stageDeadline: Instant.nullable(),
  /** The status it has passed its SLA. The next move ends that. */
  late: z.boolean(),
  /** When delivery was promised for; null before APPROVED. */
  promisedAt: Instant.nullable(),
  /** When delivery was last expected; null while no delay was told, and when the order has ended. */
  expectedAt: Instant.nullable(),
  /** It is expected after the time promised. */
  predictedLate: z.boolean(),
});
export type OrderResource = z.infer<typeof OrderResource>;

/**
 * One entry of an order's history, oldest first: a move (`kind: 'moved'`, with its `seq`), a fact that could not be
 * honoured (`kind: 'refused'`, with the reason), a delay (`kind: 'delayed'`): `reason` is `late` or `predicted`, `seq` is
 * the move to the status it was in, `deadline` what it missed or will miss: the SLA's end or, if predicted, the promise; or
 * what was taken back because it was cancelled (`kind: 'compensated'`): `reason` is one of the steps, `material-released`,
 * `work-order-withdrawn` or `partner-told`, `messageId` the event that tells it. Operators and administrators are also shown
 * what was repaired of it (`kind: 'repaired'`): `reason` says what, by whom, why, and what came of it.
 */
export const OrderHistoryEntry = z.object({
  kind: z.enum(['moved', 'refused', 'delayed', 'compensated', 'repaired']),
  seq: z.number().int().nonnegative().nullable(),
  from: z.enum(ORDER_STATUSES).nullable(),
  to: z.enum(ORDER_STATUSES).nullable(),
  reason: z.string().nullable(),
  messageId: z.string().nullable(),
  /** Only of a delay. */
  deadline: Instant.nullable(),
  /** Only of a delay: when delivery was expected; null before APPROVED. */
  expectedAt: Instant.nullable(),
  at: Instant,
});
export type OrderHistoryEntry = z.infer<typeof OrderHistoryEntry>;

/** A page of orders; `nextCursor` is opaque and null on the last page. */
export const OrderPage = z.object({ items: z.array(OrderResource), nextCursor: z.string().nullable() });
export type OrderPage = z.infer<typeof OrderPage>;

/** What a customer was told about an order. Its `id` is that of the event it was made from. */
export const CustomerMessageResource = z.object({
  id: z.uuid(),
  orderId: z.uuid(),
  tenant: z.string(),
  customerId: z.string(),
  kind: z.enum(['late', 'predicted']),
  text: z.string(),
  at: Instant,
});
export type CustomerMessageResource = z.infer<typeof CustomerMessageResource>;

/** A page of messages to customers, newest first. */
export const CustomerMessagePage = z.object({
  items: z.array(CustomerMessageResource),
  nextCursor: z.string().nullable(),
});
export type CustomerMessagePage = z.infer<typeof CustomerMessagePage>;

/** A work order as the MES board shows it. */
export const WorkOrderResource = z.object({
  id: z.uuid(),
  orderId: z.uuid(),
  orderNumber: z.string(),
  status: z.enum(WORK_ORDER_STATUSES),
  claimedBy: z.string().nullable(),
  metal: Metal,
  finish: Finish,
  massMg: z.number().int(),
  /** What the order itself has come to, as the shop told; null until it did. It may lag behind by a message. */
  orderStatus: z.enum(ORDER_STATUSES).nullable(),
  /** The order has passed the SLA of the status it has come to. */
  late: z.boolean(),
  /** There is not enough metal in the house for this piece. */
  materialShort: z.boolean(),
  openedAt: Instant,
  updatedAt: Instant,
});
export type WorkOrderResource = z.infer<typeof WorkOrderResource>;

/** A page of work orders, oldest first within a status. */
export const WorkOrderPage = z.object({ items: z.array(WorkOrderResource), nextCursor: z.string().nullable() });
export type WorkOrderPage = z.infer<typeof WorkOrderPage>;
