import type { OrderStatus } from '@bezel/contracts';
import { type Kysely, sql } from 'kysely';
import type { CrmDatabase } from '../database/crm-database.ts';

const ENDED: readonly OrderStatus[] = ['DELIVERED', 'CANCELLED', 'REJECTED'];

/**
 * Sets the order's row to its highest move, if the row is behind it. A new status is not late, unless that was told before its
 * move, which then was published or entered again; of an order that has ended nothing is expected; a promise stands. Answers
 * whether it was behind.
 *
 * Safe under concurrency: two deliveries about one order wait for each other on the row of `order_view`, and the row only
 * ever goes forward (`seq <`). Reads one entry each of the indexes `order_move_order` and `order_delay_order`, and one of the
 * primary key.
 */
export async function applyLatestMove(trx: Kysely<CrmDatabase>, orderId: string): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    UPDATE order_view AS o
    SET status = last.to_status, seq = last.seq, reason = last.reason, offer = coalesce(last.offer, o.offer),
        updated_at = last.at, stage_deadline = last.deadline,
        late = EXISTS (SELECT FROM order_delay AS d WHERE d.order_id = o.id AND d.seq = last.seq AND d.kind = 'late'),
        promised_at = coalesce(o.promised_at, last.promised_at),
        expected_at = CASE WHEN last.to_status = ANY (${ENDED}) THEN NULL ELSE o.expected_at END,
        predicted_late = o.predicted_late AND last.to_status <> ALL (${ENDED})
    FROM (SELECT * FROM order_move WHERE order_id = ${orderId} ORDER BY seq DESC LIMIT 1) AS last
    WHERE o.id = ${orderId} AND o.seq < last.seq
  `.execute(trx);
  return numAffectedRows > 0n;
}
