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
