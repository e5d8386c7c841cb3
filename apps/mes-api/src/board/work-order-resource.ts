import type { WorkOrderResource } from '@bezel/contracts';
import type { BoardRow } from './board-statements.ts';

/** A work order as the API shows it. */
export const toResource = (row: BoardRow): WorkOrderResource => ({
  id: row.id,
  orderId: row.order_id,
  orderNumber: row.order_number,
  status: row.status,
  claimedBy: row.claimed_by,
  metal: row.metal,
  finish: row.finish,
  massMg: Number(row.mass_mg),
  orderStatus: row.order_status,
  late: row.late ?? false,
  materialShort: row.material_short ?? false,
  openedAt: row.opened_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
});
