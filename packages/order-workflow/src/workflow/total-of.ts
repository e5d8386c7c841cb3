import type { Money, PricePart } from '@bezel/contracts';

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
