import { PriceAccepted } from '@bezel/contracts';
import type { Outbox } from '@bezel/outbox';
import { transactionTime } from '@bezel/service';
import type { Transaction } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import type { OrderRow } from '../view/order-resource.ts';
import { acceptedOffer } from './judge-fact.ts';
import { recordFact } from './record-fact.ts';

/**
 * Records that the offer of a locked order was accepted, which is in time when the transaction began before the offer's end. The
 * order stays PRICED until its workflow has heard; accepting again meanwhile succeeds and adds nothing.
 *
 * @throws ProblemError 409, see `acceptedOffer`
 */
export async function acceptOrder(
  outbox: Outbox,
  trx: Transaction<ShopDatabase>,
  order: OrderRow,
  { offerId, by }: { readonly offerId?: string | undefined; readonly by: string },
): Promise<void> {
  const offer = acceptedOffer(order, offerId, await transactionTime(trx));
  await recordFact(
    outbox,
    trx,
    { order_id: order.id, kind: 'price-accepted', offer_id: offer.offerId, said_by: by },
    PriceAccepted,
    (at) => ({ orderId: order.id, offerId: offer.offerId, acceptedBy: by, at }),
  );
}
