import { z } from 'zod';
import { ORDER_STATUSES } from '../statuses.ts';
import { Instant } from '../values.ts';
import { OrderCancellation, OrderResource } from './resources.ts';

/** The workflow of an order, for those who operate the system. `uiUrl` is null where no Temporal UI is configured. */
export const OrderWorkflowLink = z.object({ id: z.string(), runId: z.string(), uiUrl: z.url().nullable() });
export type OrderWorkflowLink = z.infer<typeof OrderWorkflowLink>;

/** What is taken back when an order is cancelled, in this order. A customer of the shop's own has no partner to tell. */
export const COMPENSATIONS = ['material-released', 'work-order-withdrawn', 'partner-told'] as const;

/** How far one of these is. */
export const Compensation = z.object({
  step: z.enum(COMPENSATIONS),
  state: z.enum(['pending', 'done']),
  /** How often it was tried, as far as was told; what is under way for the first time counts 0. */
  tries: z.number().int().nonnegative(),
  /** Why the last try that was told failed; null when none did. */
  error: z.string().nullable(),
  /** When it was done, or when the last try failed; null before. */
  at: Instant.nullable(),
});
export type Compensation = z.infer<typeof Compensation>;

/** An order as the shop shows it; operators and administrators see its `workflow`, null until it was started, and the steps of a cancellation. */
export const OrderView = OrderResource.extend({
  workflow: OrderWorkflowLink.nullable().optional(),
  cancellation: OrderCancellation.extend({ steps: z.array(Compensation).optional() })
    .nullable()
    .optional(),
});
export type OrderView = z.infer<typeof OrderView>;

/** An order in an operators' list: what the database and Temporal's visibility both know of it. */
export const OperationsOrder = z.object({
  id: z.uuid(),
  tenant: z.string(),
  status: z.enum(ORDER_STATUSES),
  /** The status it has passed its SLA. */
  late: z.boolean(),
  /** When the status it has passes its SLA; null where it has none. */
  stageDeadline: Instant.nullable(),
  /** To the millisecond, as the order's id tells it. */
  submittedAt: Instant,
});
export type OperationsOrder = z.infer<typeof OperationsOrder>;

/** A page of an operators' list. A cursor goes on with the same `source` only. */
export const OperationsPage = z.object({ items: z.array(OperationsOrder), nextCursor: z.string().nullable() });
export type OperationsPage = z.infer<typeof OperationsPage>;
