import { CancellationRequested } from '@bezel/contracts';
import type { Outbox } from '@bezel/outbox';
import type { Transaction } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import type { OrderRow } from '../view/order-resource.ts';
import { assertCancellable } from './judge-fact.ts';
import { recordFact } from './record-fact.ts';

/**
 * Records that a locked order is to be cancelled. The workflow cancels it, or refuses when the parcel has left in the
 * meantime. Asking again succeeds and adds nothing.
 *
 * @throws ProblemError 409, see `assertCancellable`
 */
export async function cancelOrder(
  outbox: Outbox,
  trx: Transaction<ShopDatabase>,
  order: OrderRow,
  { reason, by }: { readonly reason: string; readonly by: string },
): Promise<void> {
  assertCancellable(order);
  await recordFact(
    outbox,
    trx,
    { order_id: order.id, kind: 'cancellation-requested', said_by: by, reason },
    CancellationRequested,
    (at) => ({ orderId: order.id, requestedBy: by, reason, at }),
  );
}
