import { PricingProgressed } from '@bezel/contracts';
import type { HandlerContext } from '@bezel/outbox';
import { type EventOf, OnEvent } from '@bezel/outbox/nestjs';
import { kyselyOver } from '@bezel/service';
import { sql } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';

/** Keeps how far pricing is, as the MES tells it, for whoever asks for the order. */
export class KeepProgress {
  /**
   * The newest by its time is kept: an attempt thought dead may tell after the one that took over. What comes when the
   * order has left PRICING, or about an order the shop does not have, is of no use to anybody. Served by the two primary keys.
   */
  @OnEvent(PricingProgressed)
  async progressed({ data }: EventOf<typeof PricingProgressed>, { tx }: HandlerContext): Promise<void> {
    const { orderId, phase, percent, at } = data;
    await sql`
      INSERT INTO pricing_progress AS known (order_id, phase, percent, at)
      SELECT id, ${phase}, ${percent}, ${at}::timestamptz FROM orders WHERE id = ${orderId} AND status = 'PRICING'
      ON CONFLICT (order_id) DO UPDATE
      SET phase = excluded.phase, percent = excluded.percent, at = excluded.at
      WHERE known.at < excluded.at`.execute(kyselyOver<ShopDatabase>(tx));
  }
}
