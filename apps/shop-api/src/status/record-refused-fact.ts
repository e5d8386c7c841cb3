import type { RefusedFact } from '@bezel/order-workflow';
import type { Kysely } from 'kysely';
import type { ShopDatabase } from '../database/shop-database.ts';

/**
 * Adds a refused fact to an order's history, after the move that is the last one now. `(orderId, messageId)` is its
 * identity: a second time changes nothing. Nothing is locked: the place after a move that was just overtaken is as true.
 * Served by the primary keys.
 *
 * A fact that moved the order is not refused. It comes again when the orchestrator told it to the workflow and was killed
 * before it committed that, and it may find an order that has ended since. All moves of such an order are committed.
 *
 * @returns false when there is no such order
 */
export async function recordRefusedFact(db: Kysely<ShopDatabase>, refusal: RefusedFact): Promise<boolean> {
  const { orderId, messageId, kind, status, reason, at } = refusal;
  const order = await db.selectFrom('orders').select('seq').where('id', '=', orderId).executeTakeFirst();
  if (order === undefined) return false;
  const moved = await db
    .selectFrom('order_history')
    .select('seq')
    .where('order_id', '=', orderId)
    .where('caused_by', '=', messageId)
    .executeTakeFirst();
  if (moved !== undefined) return true;
  await db
    .insertInto('order_refused_fact')
    .values({ order_id: orderId, message_id: messageId, kind, status, reason, after_seq: order.seq, said_at: at })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return true;
}
