import type { Money, PricePart } from '@bezel/contracts';
import type { Discount, PricedPart } from '../contract/activities.ts';

/** The lines of an offer: the parts, and what the price list takes off their sum, if anything, as the last line. */
export function offerParts(priced: readonly PricedPart[], discount: Discount | undefined): PricePart[] {
  const parts = priced.map(({ kind, label, amount }): PricePart => ({ kind, label, amount }));
  const off = discount === undefined ? null : discountOn(totalOf(parts), discount);
  return off === null ? parts : [...parts, off];
}

/**
 * A share of the sum, rounded once, half up, to whole minor units; null when that is nothing. Never more than the sum:
 * whatever a list says, the customer is not paid for ordering.
 */
function discountOn({ amountMinor, currency }: Money, { label, permille }: Discount): PricePart | null {
  const sum = BigInt(amountMinor);
  const share = (sum * BigInt(permille) + 500n) / 1000n;
  const off = share < sum ? share : sum;
  return off <= 0n ? null : { kind: 'discount', label, amount: { amountMinor: `-${off}`, currency } };
}

/** The sum of an offer's parts. All must be in one currency: the price list knows no other. */
export function totalOf(parts: readonly PricePart[]): Money {
  const currencies = new Set(parts.map((part) => part.amount.currency));
  const [currency] = currencies;
  if (currency === undefined || currencies.size > 1) {
    throw new RangeError(`an offer needs parts in one currency, got ${[...currencies].join(', ') || 'no part'}`);
  }
  const total = parts.reduce((sum, part) => sum + BigInt(part.amount.amountMinor), 0n);
  return { amountMinor: total.toString(), currency };
}
