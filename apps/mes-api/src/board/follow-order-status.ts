import { OrderDelayed, OrderStatusChanged } from '@bezel/contracts';
import type { HandlerContext } from '@bezel/outbox';
import { type EventOf, OnEvent } from '@bezel/outbox/nestjs';
import { kyselyOver, withOrder } from '@bezel/service';
import type { MesDatabase } from '../database/mes-database.ts';
import { showMove } from './show-move.ts';

/**
 * Keeps what each order has come to, and whether it is late with that, for the board to show beside its work order. Orders without a work order are kept
 * too: the news may come before the work order is opened.
 *
 * The inbox drops repeats within its window, and a replay of old messages changes nothing either.
 */
export class FollowOrderStatus {
  @OnEvent(OrderStatusChanged)
  async moved({ data }: EventOf<typeof OrderStatusChanged>, { tx }: HandlerContext): Promise<void> {
    await withOrder(data.orderId, () => showMove(kyselyOver<MesDatabase>(tx), data));
  }

  /**
   * What was left is not marked. A status that is told to be late before its move is kept until that comes. An order that the board
   * has not heard of is none of it: no work order is that young.
   */
  @OnEvent(OrderDelayed)
  async delayed({ data }: EventOf<typeof OrderDelayed>, { tx }: HandlerContext): Promise<void> {
    if (data.kind !== 'late') return;
    await withOrder(data.orderId, async () => {
      await kyselyOver<MesDatabase>(tx)
        .updateTable('order_status')
        .set({ late_seq: data.seq })
        .where('order_id', '=', data.orderId)
        .where('seq', '<=', data.seq)
        .execute();
    });
  }
}
