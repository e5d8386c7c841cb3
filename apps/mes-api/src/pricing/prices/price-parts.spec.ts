import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { aPriceList } from '../../testing/price-list-folder.ts';
import { divideHalfUp } from './arithmetic.ts';
import { type PriceList, parsePriceLists } from './price-list.ts';
import { discountFor, massMg, priceLabour, priceMetal, priceStones } from './price-parts.ts';

const [prices] = parsePriceLists([
  { file: 'list.json', text: JSON.stringify(aPriceList('list', '2026-01-01')) },
]) as readonly [PriceList];
const geometry = (volumeUm3: bigint, surfaceUm2 = 0n) => ({
  volumeUm3: volumeUm3.toString(),
  surfaceUm2: surfaceUm2.toString(),
  boundingBoxUm: [1, 1, 1] as const,
  triangles: 1,
  warnings: [],
});
const volume = fc.bigInt({ min: 0n, max: 27n * 10n ** 15n });

describe('rounding', () => {
  test.each([
    [0n, 3n, 0n],
    [1n, 3n, 0n],
    [1n, 2n, 1n],
    [5n, 3n, 2n],
    [10n ** 30n + 5n, 10n, 10n ** 29n + 1n],
  ])('%d / %d is %d', (numerator, denominator, expected) => {
    expect(divideHalfUp(numerator, denominator)).toBe(expected);
  });

  test('is never off by more than a half', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.bigInt({ min: 1n, max: 10n ** 20n }), (n, d) => {
        const off = 2n * (divideHalfUp(n, d) * d - n);
        return off > -d && off <= d;
      }),
    );
  });
});

describe('metal', () => {
  test('one cm³ weighs its density', () => {
    expect(massMg(10n ** 12n, 15_500n)).toBe(15_500n);
  });

  test('a worked example: 0.5 cm³ of gold 750 with 3 % lost in casting', () => {
    const list: PriceList = {
      ...prices,
      metals: {
        ...prices.metals,
        'gold-750': { label: 'Gold 750', densityMgPerCm3: 15_500, pricePerGramMinor: '8310', castingLossPermille: 30 },
      },
    };
    // 7.75 g × 1.03 × 83.10 € = 663.345 75 €
    expect(priceMetal(list, geometry(5n * 10n ** 11n), 'gold-750')).toEqual({
      part: { kind: 'metal', label: 'Gold 750, 7.75 g', amount: { amountMinor: '66335', currency: 'EUR' } },
      massMg: 7750,
    });
  });

  test('more volume never weighs or costs less', () => {
    fc.assert(
      fc.property(volume, volume, (one, other) => {
        const [less, more] = one < other ? [one, other] : [other, one];
        const [light, heavy] = [geometry(less), geometry(more)].map((g) => priceMetal(prices, g, 'platinum-950'));
        return (
          (light?.massMg as number) <= (heavy?.massMg as number) &&
          BigInt(light?.part.amount.amountMinor as string) <= BigInt(heavy?.part.amount.amountMinor as string)
        );
      }),
    );
  });
});

describe('stones', () => {
  test('each is bought and set', () => {
    const each = BigInt(prices.stones.stoneMinor) + BigInt(prices.stones.settingMinor);
    expect(priceStones(prices, 200).amount.amountMinor).toBe((200n * each).toString());
  });
});

describe('labour', () => {
  test('is the base and the rate by cm²', () => {
    const { baseMinor, perCm2Minor } = prices.finishes.hammered;
    expect(priceLabour(prices, geometry(0n, 10n ** 9n), 'hammered')).toEqual({
      kind: 'labour',
      label: 'hammered finish',
      amount: { amountMinor: (BigInt(baseMinor) + 10n * BigInt(perCm2Minor)).toString(), currency: 'EUR' },
    });
  });
});

describe('a discount', () => {
  const list = { ...prices, partnerDiscountsPermille: { acme: 75 } };

  test('is for the partners the list names', () => {
    expect(discountFor(list, 'acme')).toEqual({ label: 'Partner discount, 7.5 %', permille: 75 });
  });

  test.each([
    ['another partner', 'goldsmith'],
    ['a name every object has', 'constructor'],
    ['no partner', undefined],
  ])('is not for %s', (_, partner) => {
    expect(discountFor(list, partner)).toBeUndefined();
  });
});
