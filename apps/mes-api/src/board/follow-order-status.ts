import { OrderDelayed, OrderStatusChanged } from '@bezel/contracts';
import type { HandlerContext } from '@bezel/outbox';
import { type EventOf, OnEvent } from '@bezel/outbox/nestjs';
import { kyselyOver, withOrder } from '@bezel/service';
import type { MesDatabase } from '../database/mes-database.ts';
import { markLate } from './mark-late.ts';
import { showMove } from './show-move.ts';

/**
 * Keeps what each order has come to, and whether it is late with that, for the board to show beside its work order. Orders without a
 * work order are kept too: the news may come before the work order is opened.
 *
 * The inbox drops repeats within its window, and a replay of old messages changes nothing either.
 */
export class FollowOrderStatus {
  @OnEvent(OrderStatusChanged)
  async moved({ data }: EventOf<typeof OrderStatusChanged>, { tx }: HandlerContext): Promise<void> {
    await withOrder(data.orderId, () => showMove(kyselyOver<MesDatabase>(tx), data));
  }

  @OnEvent(OrderDelayed)
  async delayed({ data }: EventOf<typeof OrderDelayed>, { tx }: HandlerContext): Promise<void> {
    await withOrder(data.orderId, () => markLate(kyselyOver<MesDatabase>(tx), data));
  }
}
