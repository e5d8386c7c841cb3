import type { OrderStatus, PriceOffer } from '@bezel/contracts';
import type { OrderDelay } from '../contract/activities.ts';
import type { Fact, RefusalReason } from '../contract/facts.ts';
import type { OrderState } from './state.ts';
import type { Work } from './work.ts';

/** A status change, to be committed by the shop. */
export interface Move {
  readonly kind: 'move';
  readonly seq: number;
  readonly from: OrderStatus;
  readonly to: OrderStatus;
  readonly causedBy?: string;
  readonly reason?: string;
  readonly offer?: PriceOffer;
  readonly deadline?: string;
  readonly promisedAt?: string;
}

/** A fact that can never fit, to be recorded by the shop. */
export interface Refusal {
  readonly kind: 'refuse';
  readonly fact: Fact;
  readonly status: OrderStatus;
  readonly reason: RefusalReason;
}

/**
 * What has to be done because of a message, in this order. A `move`, `refuse` or `delay` is committed before the next effect and
 * before the next message is looked at. Work that is started runs beside all that and reports its `Outcome`; work that
 * is stopped reports nothing.
 */
export type Effect =
  | Move
  | Refusal
  | { readonly kind: 'delay'; readonly delay: Omit<OrderDelay, 'orderId'> }
  | { readonly kind: 'start'; readonly work: Work }
  | { readonly kind: 'stop'; readonly work: Work };

/** What a message leads to. */
export interface Step {
  readonly state: OrderState;
  readonly effects: readonly Effect[];
}
