import { randomOf } from '@bezel/demo/clients';

/** How a customer loses patience, if at all. */
export type Temper =
  /** Sees the order through. */
  | { readonly kind: 'patient' }
  /** Hangs up so long after the order was sent, and never asks what became of it. */
  | { readonly kind: 'hangs-up'; readonly afterMs: number }
  /** Sees the price and is never heard of again. */
  | { readonly kind: 'price-is-too-high' };

const SHARE = { hangsUp: 0.06, tooHigh: 0.06 };
const HANGS_UP_WITHIN_MS = 400;

/** Decided from the seed alone. */
export function temperOf(seed: string, index: number): Temper {
  const random = randomOf(seed, 'temper', index);
  const draw = random.next();
  if (draw < SHARE.hangsUp) return { kind: 'hangs-up', afterMs: random.below(HANGS_UP_WITHIN_MS) };
  return draw < SHARE.hangsUp + SHARE.tooHigh ? { kind: 'price-is-too-high' } : { kind: 'patient' };
}
