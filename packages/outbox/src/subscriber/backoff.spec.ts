import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backoffMs } from './backoff.ts';

const policy = fc
  .record({ firstMs: fc.integer({ min: 1, max: 1000 }), more: fc.integer({ min: 0, max: 100_000 }) })
  .map(({ firstMs, more }) => ({ firstMs, maxMs: firstMs + more }));
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoffMs', () => {
  test('is never below half of the first wait nor above the longest', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), policy, random, (failures, backoff, chance) => {
        const wait = backoffMs(failures, backoff, chance);
        expect(wait).toBeGreaterThanOrEqual(backoff.firstMs / 2);
        expect(wait).toBeLessThanOrEqual(backoff.maxMs);
      }),
    );
  });

  test('never shrinks with more failures', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), policy, random, (failures, backoff, chance) => {
        expect(backoffMs(failures + 1, backoff, chance)).toBeGreaterThanOrEqual(backoffMs(failures, backoff, chance));
      }),
    );
  });

  test('spreads those who failed together', () => {
    expect(backoffMs(1, { firstMs: 100, maxMs: 1000 }, 0)).toBe(50);
    expect(backoffMs(3, { firstMs: 100, maxMs: 1000 }, 0.5)).toBe(300);
    expect(backoffMs(9, { firstMs: 100, maxMs: 1000 }, 0)).toBe(500);
  });
});
