import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEFAULT_PACE, waitAfter } from './poll-pace.ts';
import { LEAST_ROWS, shareRows } from './row-limits.ts';

describe('shareRows', () => {
  const backlogs = fc.array(fc.nat(10_000), { minLength: 1, maxLength: 32 });

  test('never gives a lane nothing, nor more than it may use, nor all lanes more than the budget', () => {
    fc.assert(
      fc.property(backlogs, fc.integer({ min: 1, max: 20_000 }), (list, budget) => {
        const limits = shareRows(list, budget);
        const least = Math.min(LEAST_ROWS, Math.floor(budget / list.length));
        limits.forEach((limit, n) => {
          expect(limit).toBeGreaterThanOrEqual(Math.max(1, least));
          expect(limit).toBeLessThanOrEqual((list[n] ?? 0) + LEAST_ROWS);
        });
        const total = limits.reduce((sum, limit) => sum + limit, 0);
        expect(total).toBeLessThanOrEqual(Math.max(budget, list.length));
      }),
    );
  });

  test('one busy shard among idle ones gets nearly the whole budget', () => {
    expect(shareRows([0, 0, 0, 1_000_000], 2_000)).toEqual([64, 64, 64, 2_000 - 3 * 64]);
    expect(shareRows([9_000, 9_000], 2_000)).toEqual([1_000, 1_000]);
  });
});

describe('waitAfter', () => {
  test('stays fast for a while after a find, and ends at the idle pace', () => {
    expect(waitAfter(0, DEFAULT_PACE)).toBe(1);
    expect(waitAfter(1, DEFAULT_PACE)).toBe(1);
    expect(waitAfter(100, DEFAULT_PACE)).toBe(1);
    expect(waitAfter(1_000_000, DEFAULT_PACE)).toBe(40);
    fc.assert(fc.property(fc.nat(1_000), (n) => waitAfter(n + 1, DEFAULT_PACE) >= waitAfter(n, DEFAULT_PACE)));
  });
});
