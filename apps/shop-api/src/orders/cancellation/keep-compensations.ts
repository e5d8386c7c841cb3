import { WithdrawalFailed, WorkOrderWithdrawn } from '@bezel/contracts';
import type { HandlerContext } from '@bezel/outbox';
import { type EventOf, OnEvent } from '@bezel/outbox/nestjs';
import { kyselyOver } from '@bezel/service';
import { sql } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';

/** Keeps what the MES has taken back of a cancelled order, and how often it failed to, for whoever looks at the order. */
export class KeepCompensations {
  /**
   * The withdrawal released the material in the same transaction: one event tells of both. It may come before the move to
   * CANCELLED or after it; its place in the history is before it either way. Served by the two primary keys.
   */
  @OnEvent(WorkOrderWithdrawn)
  async withdrawn({ id, data }: EventOf<typeof WorkOrderWithdrawn>, { tx }: HandlerContext): Promise<void> {
    const { orderId, at } = data;
    await sql`
      INSERT INTO order_compensation (order_id, step, message_id, after_seq, at)
      SELECT order_id, step, ${id}::uuid, max(seq), ${at}::timestamptz
      FROM order_history, unnest(ARRAY['material-released', 'work-order-withdrawn']) AS step
      WHERE order_id = ${orderId} AND to_status <> 'CANCELLED'
      GROUP BY order_id, step
      ON CONFLICT DO NOTHING`.execute(kyselyOver<ShopDatabase>(tx));
  }

  /** The newest by its time is kept: the workflow may begin to count anew. Served by the two primary keys. */
  @OnEvent(WithdrawalFailed)
  async failed({ data }: EventOf<typeof WithdrawalFailed>, { tx }: HandlerContext): Promise<void> {
    const { orderId, attempt, error, at } = data;
    await sql`
      INSERT INTO withdrawal_failure AS known (order_id, tries, error, at)
      SELECT id, ${attempt}::integer, ${error}, ${at}::timestamptz FROM orders WHERE id = ${orderId}
      ON CONFLICT (order_id) DO UPDATE
      SET tries = greatest(known.tries, excluded.tries), error = excluded.error, at = excluded.at
      WHERE known.at < excluded.at`.execute(kyselyOver<ShopDatabase>(tx));
  }
}
