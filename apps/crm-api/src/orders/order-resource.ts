import type { OrderResource } from '@bezel/contracts';
import type { Selectable } from 'kysely';
import type { OrderViewTable } from '../database/crm-database.ts';

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
    stageDeadline: row.stage_deadline?.toISOString() ?? null,
    late: row.late,
    promisedAt: row.promised_at?.toISOString() ?? null,
    expectedAt: row.expected_at?.toISOString() ?? null,
    predictedLate: row.predicted_late,
  };
}
