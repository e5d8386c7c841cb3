import type { OrderStatusChanged } from '@bezel/contracts';
import type { EventData } from '@bezel/outbox/event';
import { type Kysely, sql } from 'kysely';
import type { MesDatabase } from '../database/mes-database.ts';

/**
 * Shows a move on the board, unless it shows that or a later one: guarded by `seq`, so that old messages change nothing. Answers
 * whether it had to. Its status is not late, unless that was told before the move, which then was published or shown again.
 *
 * Served by the primary key. Two at once wait for each other at the row, and the later move stays.
 */
export async function showMove(
  trx: Kysely<MesDatabase>,
  { orderId, to, seq, reason, at }: EventData<typeof OrderStatusChanged>,
): Promise<boolean> {
  const row = { status: to, seq, reason: reason ?? null, changed_at: at };
  const lateSeq = sql<number | null>`CASE WHEN order_status.late_seq >= ${seq} THEN order_status.late_seq END`;
  const { numInsertedOrUpdatedRows = 0n } = await trx
    .insertInto('order_status')
    .values({ order_id: orderId, ...row })
    .onConflict((conflict) =>
      conflict
        .column('order_id')
        .doUpdateSet({ ...row, late_seq: lateSeq })
        .where('order_status.seq', '<', seq),
    )
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows > 0n;
}
