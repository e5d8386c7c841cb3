import type { OrderStatus, PriceOffer } from '@bezel/contracts';
import { ProblemError } from '@bezel/service';

/** What a judgement looks at: the order's row, locked. */
export interface JudgedOrder {
  readonly id: string;
  readonly number: string;
  readonly status: OrderStatus;
  readonly offer: PriceOffer | null;
}

/**
 * The offer an acceptance is for: the current one, which `offerId` may name.
 *
 * @throws ProblemError 409 when the order is not PRICED, when the offer named is not the current one, or when it expired
 */
export function acceptedOffer(order: JudgedOrder, offerId: string | undefined, now: Date): PriceOffer {
  const { offer } = order;
  if (order.status !== 'PRICED' || offer === null) {
    throw illegal(order, 'has no offer to accept');
  }
  if (offerId !== undefined && offerId !== offer.offerId) {
    throw illegal(order, `has the offer ${offer.offerId}, not ${offerId}`);
  }
  if (Date.parse(offer.expiresAt) <= now.getTime()) {
    throw new ProblemError({
      status: 409,
      code: 'offer_expired',
      detail: `the offer for order ${order.number} ended at ${offer.expiresAt}; the order will be cancelled`,
    });
  }
  return offer;
}

const BEFORE_SHIPPED: ReadonlySet<OrderStatus> = new Set([
  'SUBMITTED',
  'PRICING',
  'PRICED',
  'APPROVED',
  'IN_MANUFACTURING',
  'MANUFACTURING_COMPLETED',
  'PACKED',
]);

/** @throws ProblemError 409 when the order has been shipped or has ended */
export function assertCancellable(order: JudgedOrder): void {
  if (!BEFORE_SHIPPED.has(order.status)) throw illegal(order, 'can no longer be cancelled');
}

/** A delivery may be told before the shipment is known. @throws ProblemError 409 when no parcel will ever leave */
export function assertDeliverable(order: JudgedOrder): void {
  if (order.status === 'CANCELLED' || order.status === 'REJECTED') throw illegal(order, 'is never delivered');
}

const illegal = (order: JudgedOrder, what: string): ProblemError =>
  new ProblemError({
    status: 409,
    code: 'illegal_action',
    detail: `order ${order.number} is ${order.status} and ${what}`,
  });
