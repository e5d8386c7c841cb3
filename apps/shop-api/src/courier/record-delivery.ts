import { DeliveryConfirmed } from '@bezel/contracts';
import type { Outbox } from '@bezel/outbox';
import { found, ProblemError } from '@bezel/service';
import type { Transaction } from 'kysely';
import type { ShopDatabase } from '../database/shop-database.ts';
import { assertDeliverable } from '../orders/facts/judge-fact.ts';
import { lockOrder } from '../orders/facts/lock-order.ts';
import { recordFact } from '../orders/facts/record-fact.ts';
import type { CourierEvent, CourierReceipt } from './courier-event.ts';

/**
 * Records that a parcel was delivered, once per webhook id and once per order.
 *
 * The order's lock comes first: two copies of one callback wait for each other there, and the second finds the id taken.
 * A delivery told before the shipment is known is recorded too; the workflow keeps it until it fits.
 *
 * @throws ProblemError 404 for an unknown order, 409 for one that will never be shipped, or for an id that was used for
 * another order
 */
export async function recordDelivery(
  outbox: Outbox,
  trx: Transaction<ShopDatabase>,
  webhookId: string,
  { data }: CourierEvent,
): Promise<CourierReceipt> {
  const order = found(
    await lockOrder(trx, (eb) =>
      data.orderId === undefined ? eb('number', '=', data.orderNumber ?? '') : eb('id', '=', data.orderId),
    ),
    'order',
    data.orderId ?? data.orderNumber ?? '',
  );
  const receipt: CourierReceipt = { webhookId, orderId: order.id, recorded: true };
  const taken = await trx
    .insertInto('courier_event')
    .values({ webhook_id: webhookId, order_id: order.id, delivered_at: data.at })
    .onConflict((conflict) => conflict.doNothing())
    .returning('webhook_id')
    .executeTakeFirst();
  if (taken === undefined) {
    const earlier = await trx
      .selectFrom('courier_event')
      .select('order_id')
      .where('webhook_id', '=', webhookId)
      .executeTakeFirstOrThrow();
    if (earlier.order_id === order.id) return receipt;
    throw new ProblemError({
      status: 409,
      code: 'webhook_id_reused',
      detail: `the webhook-id ${webhookId} came before with another order; use a new id for a new event`,
    });
  }
  assertDeliverable(order);
  await recordFact(
    outbox,
    trx,
    { order_id: order.id, kind: 'delivered', said_by: webhookId },
    DeliveryConfirmed,
    (at) => ({ orderId: order.id, courierEventId: webhookId, at }),
  );
  return receipt;
}
