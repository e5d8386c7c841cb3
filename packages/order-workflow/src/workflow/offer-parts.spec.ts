import type { PricePart } from '@bezel/contracts';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { offerParts, totalOf } from './offer-parts.ts';

const part = (amountMinor: string, currency = 'EUR'): PricePart => ({
  kind: 'labour',
  label: 'work',
  amount: { amountMinor, currency },
});
const off = (permille: number) => ({ label: 'Partner discount', permille });

describe('a discount', () => {
  test.each([
    [50, ['10000', '2345'], '-617'],
    [1, ['499'], undefined],
    [1, ['500'], '-1'],
    [1000, ['1', '2'], '-3'],
    [2000, ['100'], '-100'],
    [333, ['9007199254740993'], '-2999397351828751'],
  ])('of %d permille on %j', (permille, amounts, expected) => {
    const line = offerParts(
      amounts.map((amount) => part(amount)),
      off(permille),
    )[amounts.length];
    expect(line?.amount.amountMinor).toBe(expected);
    if (line !== undefined) expect(line).toMatchObject({ kind: 'discount', label: 'Partner discount' });
  });

  test('never makes a total negative, and is never off by more than half a minor unit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 0n, max: 10n ** 17n }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 1000 }),
        (amounts, permille) => {
          const parts = offerParts(
            amounts.map((amount) => part(amount.toString())),
            off(permille),
          );
          const sum = amounts.reduce((one, other) => one + other, 0n);
          const total = BigInt(totalOf(parts).amountMinor);
          const error = 2n * (total * 1000n - sum * BigInt(1000 - permille));
          return total >= 0n && error >= -1000n && error <= 1000n;
        },
      ),
    );
  });

  test('there is none where the list has none, and the name of the list is not shown', () => {
    expect(offerParts([{ ...part('5'), priceList: '2026-07' }], undefined)).toEqual([part('5')]);
  });
});

test.each([
  ['two currencies', [part('1'), part('1', 'USD')]],
  ['no part', []],
])('%s have no total', (_, parts) => {
  expect(() => totalOf(parts)).toThrow(RangeError);
});
