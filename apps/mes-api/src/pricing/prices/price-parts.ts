import type { Finish, Metal, Money, PricePart } from '@bezel/contracts';
import type { Discount, ModelGeometry } from '@bezel/order-workflow';
import { divideHalfUp } from './arithmetic.ts';
import type { PriceList } from './price-list.ts';

// A price part is rounded once, to whole minor units, half up. Everything before is exact: volumes and surfaces are whole
// µm³ and µm², prices whole minor units, and BigInt has no largest number.

/** µm³ in a cm³. */
const UM3_PER_CM3 = 10n ** 12n;
/** µm² in a cm². */
const UM2_PER_CM2 = 10n ** 8n;

/** Mass of the finished piece in whole mg, half up: volume × density. */
export function massMg(volumeUm3: bigint, densityMgPerCm3: bigint): bigint {
  return divideHalfUp(volumeUm3 * densityMgPerCm3, UM3_PER_CM3);
}

/** What the metal costs, casting loss included, and how heavy the piece will be. */
export function priceMetal(
  prices: PriceList,
  geometry: ModelGeometry,
  metal: Metal,
): { readonly part: PricePart; readonly massMg: number } {
  const { label, densityMgPerCm3, pricePerGramMinor, castingLossPermille } = prices.metals[metal];
  const mass = massMg(BigInt(geometry.volumeUm3), BigInt(densityMgPerCm3));
  const used = mass * BigInt(1000 + castingLossPermille);
  const amount = divideHalfUp(used * BigInt(pricePerGramMinor), 1000n * 1000n);
  return {
    part: { kind: 'metal', label: `${label}, ${grams(mass)} g`, amount: money(prices, amount) },
    massMg: Number(mass),
  };
}

/** What the stones and their setting cost. */
export function priceStones(prices: PriceList, stones: number): PricePart {
  const { label, stoneMinor, settingMinor } = prices.stones;
  const amount = BigInt(stones) * (BigInt(stoneMinor) + BigInt(settingMinor));
  return { kind: 'stones', label: `${stones} × ${label}, set`, amount: money(prices, amount) };
}

/** What the work costs: a base for the piece and a rate for its surface. */
export function priceLabour(prices: PriceList, geometry: ModelGeometry, finish: Finish): PricePart {
  const { label, baseMinor, perCm2Minor } = prices.finishes[finish];
  const surface = divideHalfUp(BigInt(geometry.surfaceUm2) * BigInt(perCm2Minor), UM2_PER_CM2);
  return { kind: 'labour', label: `${label} finish`, amount: money(prices, BigInt(baseMinor) + surface) };
}

/** What the list takes off the sum of a partner's offer; undefined when that is nothing. */
export function discountFor(prices: PriceList, partner: string | undefined): Discount | undefined {
  // A tenant may be called anything: `constructor` has no discount.
  if (partner === undefined || !Object.hasOwn(prices.partnerDiscountsPermille, partner)) return undefined;
  const permille = prices.partnerDiscountsPermille[partner] as number;
  return { label: `Partner discount, ${permille / 10} %`, permille };
}

const money = (prices: PriceList, amount: bigint): Money => ({
  amountMinor: amount.toString(),
  currency: prices.currency,
});

/** Grams with two decimals, for people; the exact mass is the number in mg. */
const grams = (mass: bigint): string => {
  const hundredths = divideHalfUp(mass, 10n);
  return `${hundredths / 100n}.${(hundredths % 100n).toString().padStart(2, '0')}`;
};
