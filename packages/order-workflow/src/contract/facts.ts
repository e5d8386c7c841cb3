/** What people, partners and couriers can say about an order. Each arrives as an event and is signalled with that message's id. */
export type FactKind =
  | 'price-accepted'
  | 'cancellation-requested'
  | 'manufacturing-started'
  | 'manufacturing-completed'
  | 'packed'
  | 'shipped'
  | 'delivered';

/** A recorded fact. `messageId` is the outbox message's id: the workflow acts on each id once. */
export interface Fact {
  readonly messageId: string;
  readonly kind: FactKind;
  /** UTC ISO 8601: when it was recorded. */
  readonly at: string;
  /** Who said so (`sub` of the token, or the courier). */
  readonly by: string;
  readonly reason?: string;
  /** Only for `price-accepted`: which offer. */
  readonly offerId?: string;
}

/** Why a fact can never fit, as it stands in the order's history. */
export type RefusalReason =
  /** The order was already DELIVERED, CANCELLED or REJECTED. */
  | 'order-ended'
  /** The order is past the only statuses in which this fact means anything. */
  | 'too-late'
  /** The offer accepted is not the one that was made. */
  | 'other-offer'
  /** The order could not be cancelled any more: the MES has shipped it. */
  | 'already-shipped'
  /** The same was told under another message id, and that one is waiting for its turn. */
  | 'repeated';
