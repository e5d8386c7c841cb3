import type { OrderDelayed } from '@bezel/contracts';
import type { EventData } from '@bezel/outbox/event';
import type { Kysely } from 'kysely';
import type { MesDatabase } from '../database/mes-database.ts';

/**
 * Marks the status of an order that is late. What was left is not marked. A status that is told to be late before its move is kept
 * until that comes. An order that the board has not heard of is none of it: no work order is that young. Answers whether there was
 * something to mark.
 *
 * Served by the primary key; the same mark a second time changes nothing.
 */
export async function markLate(
  trx: Kysely<MesDatabase>,
  { orderId, kind, seq }: EventData<typeof OrderDelayed>,
): Promise<boolean> {
  if (kind !== 'late') return false;
  const { numUpdatedRows } = await trx
    .updateTable('order_status')
    .set({ late_seq: seq })
    .where('order_id', '=', orderId)
    .where('seq', '<=', seq)
    .where('late_seq', 'is distinct from', seq)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}
