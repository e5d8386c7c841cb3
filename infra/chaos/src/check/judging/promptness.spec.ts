import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sharedMs } from './promptness.ts';

const span = fc.tuple(fc.nat(60), fc.nat(20)).map(([from, lasts]) => ({ from, to: from + lasts }));

describe('what a span shares with others', () => {
  test.each([
    ['nothing', [], 0],
    ['one within it', [{ from: 12, to: 15 }], 3],
    ['one around it', [{ from: 0, to: 99 }], 10],
    ['one over its end', [{ from: 18, to: 30 }], 2],
    ['one over its beginning', [{ from: 0, to: 11 }], 1],
    ['one beside it', [{ from: 20, to: 30 }], 0],
    [
      'two that overlap, the later first',
      [
        { from: 14, to: 18 },
        { from: 12, to: 16 },
      ],
      6,
    ],
    [
      'one in another',
      [
        { from: 11, to: 19 },
        { from: 13, to: 14 },
      ],
      8,
    ],
  ])('%s', (_, others, shared) => {
    expect(sharedMs({ from: 10, to: 20 }, others)).toBe(shared);
  });

  test('is every moment that lies in one of them, counted once', () => {
    fc.assert(
      fc.property(span, fc.array(span, { maxLength: 6 }), (one, others) => {
        let moments = 0;
        for (let at = one.from; at < one.to; at += 1)
          moments += others.some(({ from, to }) => from <= at && at < to) ? 1 : 0;
        expect(sharedMs(one, others)).toBe(moments);
      }),
    );
  });
});
