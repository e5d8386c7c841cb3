import { z } from 'zod';
import { ORDER_STATUSES } from '../statuses.ts';
import { Instant } from '../values.ts';
import { OrderResource } from './resources.ts';

/** The workflow of an order, for those who operate the system. `uiUrl` is null where no Temporal UI is configured. */
export const OrderWorkflowLink = z.object({ id: z.string(), runId: z.string(), uiUrl: z.url().nullable() });
export type OrderWorkflowLink = z.infer<typeof OrderWorkflowLink>;

/** An order as the shop shows it; `workflow` only to operators and administrators, null until it was started. */
export const OrderView = OrderResource.extend({ workflow: OrderWorkflowLink.nullable().optional() });
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
