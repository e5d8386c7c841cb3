import { describe, expect, test } from '@jest/globals';
import { arrivalsInWords, countArrivals } from './arrivals.ts';

const counted = (
  first: number,
  written: number,
  arrivals: readonly (readonly [key: string, n: number, at?: number])[],
) => {
  const count = countArrivals(first, written);
  for (const [key, n, at = 0] of arrivals) count.add({ key, n, at });
  return count.result();
};

describe('countArrivals', () => {
  test('all arrived in order: partitions may come one after the other', () => {
    const arrivals = [
      ['a', 10, 50],
      ['a', 12, 80],
      ['b', 11, 30],
      ['b', 13, 90],
    ] as const;
    expect(counted(10, 4, arrivals)).toEqual({ written: 4, arrived: 4, repeated: 0, outOfOrder: 0, ms: 60 });
  });

  test('a later one of another key is no disorder, a later one of the same key is', () => {
    expect(
      counted(0, 3, [
        ['a', 2],
        ['b', 0],
        ['a', 1],
      ]),
    ).toMatchObject({ arrived: 3, outOfOrder: 1 });
  });

  test('each is counted once, and what came again is neither late nor lost', () => {
    expect(
      counted(0, 3, [
        ['a', 0, 1],
        ['a', 1, 2],
        ['a', 0, 900],
      ]),
    ).toEqual({
      ...{ written: 3, arrived: 2, repeated: 1, outOfOrder: 0, ms: 1 },
    });
  });

  test('messages of an earlier round count as nothing', () => {
    expect(
      counted(5, 2, [
        ['a', 4],
        ['a', 5],
        ['a', 7],
      ]),
    ).toMatchObject({ arrived: 1, repeated: 0, outOfOrder: 0 });
  });

  test('nothing arrived: no time', () => {
    expect(counted(0, 2, [])).toEqual({ written: 2, arrived: 0, repeated: 0, outOfOrder: 0, ms: 0 });
  });
});

test('in words', () => {
  const fine = { written: 9, arrived: 9, repeated: 0, outOfOrder: 0, ms: 1 };
  expect(arrivalsInWords([fine, fine])).toBe('9 of 9, 9 of 9 messages arrived, each key in order, none repeated.');
  expect(arrivalsInWords([fine, { ...fine, arrived: 7, repeated: 2, outOfOrder: 1 }])).toBe(
    '9 of 9, 7 of 9 messages arrived, 1 behind a later one of their key, 2 repeated.',
  );
});
