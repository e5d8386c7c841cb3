import { isDeepStrictEqual } from 'node:util';
import type { OrderStatus, PriceOffer } from '@bezel/contracts';
import type { OrderMove } from '@bezel/order-workflow';

/** Where an order stands: the last move of its history. */
export interface Standing {
  readonly status: OrderStatus;
  readonly seq: number;
}

/** A move as the history has it. */
export interface MoveMade {
  readonly from: OrderStatus | null;
  readonly to: OrderStatus;
  readonly reason: string | null;
  readonly causedBy: string | null;
  readonly offer: PriceOffer | null;
}

/** What is to be done with a move. */
export type Judgement =
  | { readonly kind: 'make' }
  | { readonly kind: 'made before' }
  | { readonly kind: 'impossible'; readonly why: string };

/**
 * Decides on a move of an order. A move that was made before, with the same content, is done; everything else must be the
 * next one and start where the order stands.
 *
 * @param made the move with this `seq` in the order's history, if there is one
 */
export function judgeMove(order: Standing, move: OrderMove, made: MoveMade | undefined): Judgement {
  if (made !== undefined) {
    return isDeepStrictEqual(made, contentOf(move))
      ? { kind: 'made before' }
      : impossible(`move ${move.seq} was made before, as ${made.from} → ${made.to} or for another reason or offer`);
  }
  if (move.seq !== order.seq + 1) return impossible(`move ${move.seq} does not follow move ${order.seq}`);
  if (move.from !== order.status) return impossible(`it is ${order.status}, and the move starts from ${move.from}`);
  return { kind: 'make' };
}

const contentOf = (move: OrderMove): MoveMade => ({
  from: move.from,
  to: move.to,
  reason: move.reason ?? null,
  causedBy: move.causedBy ?? null,
  offer: move.offer ?? null,
});

const impossible = (why: string): Judgement => ({ kind: 'impossible', why });
