import { OrderStatusChanged } from '@bezel/contracts';
import type { HandlerContext } from '@bezel/outbox';
import { type EventOf, OnEvent } from '@bezel/outbox/nestjs';
import { kyselyOver, withOrder } from '@bezel/service';
import type { MesDatabase } from '../database/mes-database.ts';

/**
 * Keeps what each order has come to, for the board to show beside its work order. Orders without a work order are kept
 * too: the news may come before the work order is opened.
 *
 * Guarded by `seq`: the inbox drops repeats within its window, and a replay of old messages changes nothing either.
 */
export class FollowOrderStatus {
  @OnEvent(OrderStatusChanged)
  async moved({ data }: EventOf<typeof OrderStatusChanged>, { tx }: HandlerContext): Promise<void> {
    await withOrder(data.orderId, async () => {
      const row = { status: data.to, seq: data.seq, reason: data.reason ?? null, changed_at: data.at };
      await kyselyOver<MesDatabase>(tx)
        .insertInto('order_status')
        .values({ order_id: data.orderId, ...row })
        .onConflict((conflict) => conflict.column('order_id').doUpdateSet(row).where('order_status.seq', '<', data.seq))
        .execute();
    });
  }
}
