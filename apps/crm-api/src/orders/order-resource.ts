import type { OrderHistoryEntry, OrderResource } from '@bezel/contracts';
import type { Selectable } from 'kysely';
import type { OrderMoveTable, OrderViewTable } from './crm-database.ts';

/** An order's row as the API shows it. */
export function toResource(row: Selectable<OrderViewTable>): OrderResource {
  return {
    id: row.id,
    number: row.number,
    tenant: row.tenant,
    customerId: row.customer_id,
    channel: row.channel,
    status: row.status,
    model: row.model,
    metal: row.metal,
    finish: row.finish,
    stones: row.stones,
    offer: row.offer,
    reason: row.reason,
    submittedAt: row.submitted_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** A move's row as an entry of the history. */
export function toHistoryEntry(row: Selectable<OrderMoveTable>): OrderHistoryEntry {
  return {
    kind: 'moved',
    seq: row.seq,
    from: row.from_status,
    to: row.to_status,
    reason: row.reason,
    messageId: row.message_id,
    at: row.at.toISOString(),
  };
}
