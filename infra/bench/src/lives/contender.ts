import type { Fact, OrderInput } from '@bezel/order-workflow';

/** How far an order has come, as far as whoever tells its facts has to know. */
export interface Reached {
  /** The number of its moves that are made; the last of a delivered order is {@link LAST_MOVE}. */
  readonly seq: number;
  /** The offer to accept, once there is one. */
  readonly offerId: string | null;
}

/** Moves of an order that is delivered: PRICING, PRICED, APPROVED … DELIVERED. */
export const LAST_MOVE = 8;

/** What runs the lives of orders: the order workflow as it is, or a bare workflow that does nothing but the same steps. */
export interface Contender {
  /** Starts the workflow of an order. */
  begin(order: OrderInput): Promise<void>;
  tell(orderId: string, fact: Fact): Promise<void>;
  /** How far these orders have come; one of which nothing is known yet is missing. */
  reached(orderIds: readonly string[]): Promise<ReadonlyMap<string, Reached>>;
}

/** What is known of these orders. */
export const those = (known: ReadonlyMap<string, Reached>, orderIds: readonly string[]): ReadonlyMap<string, Reached> =>
  new Map(
    orderIds.flatMap((orderId) => {
      const reached = known.get(orderId);
      return reached === undefined ? [] : [[orderId, reached]];
    }),
  );
