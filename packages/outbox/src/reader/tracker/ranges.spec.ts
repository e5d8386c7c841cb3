import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { coalesce, parseMultirange, type Range, toMultirange, union, without } from './ranges.ts';

const range = fc
  .tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 20 }))
  .map(([from, more]) => ({ from, to: from + more }));
const ranges = fc.array(range, { maxLength: 60 });
const numbersOf = (list: readonly Range[]): Set<number> =>
  new Set(list.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, n) => from + n)));

describe('ranges', () => {
  test('union: the same numbers, sorted, nothing touching', () => {
    fc.assert(
      fc.property(ranges, (list) => {
        const joined = union(list);
        expect(numbersOf(joined)).toEqual(numbersOf(list));
        joined.slice(1).forEach(({ from }, n) => {
          expect(from).toBeGreaterThan((joined[n]?.to ?? 0) + 1);
        });
      }),
    );
  });

  test('coalesce: no number is left out, no more ranges than allowed, and the widest distances stay open', () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: 1, max: 20 }), (list, max) => {
        const before = union(list);
        const after = coalesce(before, max);
        expect(after).toHaveLength(Math.min(before.length, max));
        expect(numbersOf(before).isSubsetOf(numbersOf(after))).toBe(true);
        const distances = (of: readonly Range[]) => of.slice(1).map(({ from }, n) => from - (of[n]?.to ?? 0));
        const widest = distances(before)
          .sort((a, b) => b - a)
          .slice(0, Math.max(0, after.length - 1));
        expect(distances(after).sort((a, b) => b - a)).toEqual(widest);
      }),
    );
  });

  test('without: what is left of a range', () => {
    fc.assert(
      fc.property(range, fc.array(fc.integer({ min: 1, max: 320 })), (whole, picks) => {
        const inside = [...new Set(picks.filter((n) => n >= whole.from && n <= whole.to))].sort((a, b) => a - b);
        expect(numbersOf(without(whole, inside))).toEqual(numbersOf([whole]).difference(new Set(inside)));
      }),
    );
  });

  test('multirange text survives the way to Postgres and back', () => {
    fc.assert(fc.property(ranges, (list) => expect(parseMultirange(toMultirange(union(list)))).toEqual(union(list))));
  });
});
