/** A move that can never be made: the workflow and the shop disagree about an order. `code` is stable. */
export class OrderMoveImpossibleError extends Error {
  override readonly name = 'OrderMoveImpossibleError';
  readonly code = 'ORDER_MOVE_IMPOSSIBLE';
  readonly retryable = false;

  constructor(orderId: string, why: string) {
    super(`order ${orderId}: ${why}`);
  }
}

/** The offer was accepted before its end was told: the acceptance is on its way and wins. `code` is stable. */
export class OfferAcceptedError extends Error {
  override readonly name = 'OfferAcceptedError';
  readonly code = 'OFFER_ACCEPTED';
  readonly retryable = false;

  constructor(orderId: string) {
    super(`order ${orderId}: its offer was accepted in time`);
  }
}
