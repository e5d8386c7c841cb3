import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { restAfter, restAfterFailure, restOf } from './pace.ts';

const FAILED = { firstMs: 2_000, mostMs: 30_000 };

describe('after work', () => {
  test.each([
    [1_000, { everyMs: 15_000, share: 0.1 }, 14_000],
    [3_000, { everyMs: 15_000, share: 0.1 }, 27_000],
    [60_000, { everyMs: 600_000, share: 1 }, 540_000],
    [700_000, { everyMs: 600_000, share: 1 }, 0],
  ])('of %i ms at the pace %o it rests for %i ms', (worked, pace, rest) => {
    expect(restAfter(worked, pace)).toBeCloseTo(rest, 6);
  });

  test('the share of the time that is worked is never exceeded, and the rhythm is kept when work is short', () => {
    const anyMs = fc.double({ min: 0, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(anyMs, anyMs, fc.double({ min: 0.01, max: 1, noNaN: true }), (worked, everyMs, share) => {
        const rest = restAfter(worked, { everyMs, share });
        expect(worked).toBeLessThanOrEqual((worked + rest) * share * (1 + 1e-9));
        expect(worked + rest).toBeGreaterThanOrEqual(everyMs * (1 - 1e-9));
        expect(rest).toBeGreaterThanOrEqual(restOf(worked, share));
      }),
    );
  });
});

describe('after a failure', () => {
  test.each([
    [1, 10, 2_000],
    [2, 10, 4_000],
    [5, 10, 30_000],
    [1, 1_000, 9_000],
  ])('number %i that took %i ms it rests for %i ms, at a share of a tenth', (failures, worked, rest) => {
    expect(restAfterFailure(failures, worked, { share: 0.1, failed: FAILED })).toBeCloseTo(rest, 6);
  });

  test('it rests no longer than may be, however long it waited for an answer and however often', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.nat(10_000_000),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (failures, worked, share) => {
          const rest = restAfterFailure(failures, worked, { share, failed: FAILED });
          expect(rest).toBeGreaterThanOrEqual(FAILED.firstMs);
          expect(rest).toBeLessThanOrEqual(FAILED.mostMs);
        },
      ),
    );
  });
});
