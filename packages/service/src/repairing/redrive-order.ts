import { createAdmin, type Queryable } from '@bezel/outbox';

/**
 * Asks this app's relays and consumers to play again what they parked of an order; answers how many keys that is. Asked again, it
 * is the same: what has been handled meanwhile is not parked any more.
 */
export async function redriveOrder(db: Queryable, orderId: string): Promise<number> {
  const admin = createAdmin(db);
  const published = await admin.redrive({ key: orderId });
  const handled = await admin.consumers.redrive({ key: orderId });
  return published.length + handled.length;
}
