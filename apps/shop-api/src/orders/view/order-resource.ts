import type { OrderResource, PricingProgress } from '@bezel/contracts';
import type { Selectable } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';

/** A row of `orders`, as read. */
export type OrderRow = Selectable<ShopDatabase['orders']>;

/** An order with how far its pricing is and since when it is being cancelled, where that was read too. */
export type OrderInProgress = OrderRow & {
  readonly progress?: PricingProgress | null;
  readonly cancelling_since?: Date | null;
};

/** How an order is shown. */
export const toOrderResource = (row: OrderInProgress): OrderResource => ({
  id: row.id,
  number: row.number,
  tenant: row.tenant,
  customerId: row.customer_id,
  channel: row.channel,
  status: row.status,
  model: { sha256: row.model_sha256, fileName: row.model_file_name, bytes: row.model_bytes },
  metal: row.metal,
  finish: row.finish,
  stones: row.stones,
  offer: row.offer,
  progress: row.progress ?? null,
  cancellation: row.cancelling_since ? { since: row.cancelling_since.toISOString() } : null,
  reason: row.reason,
  submittedAt: row.submitted_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
  stageDeadline: row.stage_deadline?.toISOString() ?? null,
  late: row.late,
  promisedAt: row.promised_at?.toISOString() ?? null,
  expectedAt: row.expected_at?.toISOString() ?? null,
  predictedLate: row.predicted_late,
});
