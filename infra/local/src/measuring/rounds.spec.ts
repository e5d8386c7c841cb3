import { describe, expect, test } from '@jest/globals';
import { alternate, figure, median, percentile, round } from './rounds.ts';

describe('rounds', () => {
  test('contenders take turns within each round', async () => {
    const order: string[] = [];
    const contender = (name: string) => async (n: number) => {
      order.push(`${name}${n}`);
      return n;
    };
    const samples = await alternate(3, { raw: contender('raw'), relay: contender('relay') });
    expect(order).toEqual(['raw0', 'relay0', 'raw1', 'relay1', 'raw2', 'relay2']);
    expect(samples).toEqual({ raw: [0, 1, 2], relay: [0, 1, 2] });
  });

  test('the median of an even number of values lies between the middle two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 9, 2])).toBe(3);
    expect(() => median([])).toThrow(RangeError);
  });

  test('the best is the highest rate, or the lowest time', () => {
    expect(figure([3, 9, 6], 'higher')).toEqual({ best: 9, median: 6, rounds: [3, 9, 6] });
    expect(figure([3, 9, 6], 'lower').best).toBe(3);
  });

  test('a percentile is one of the values, by nearest rank', () => {
    const values = Array.from({ length: 1_000 }, (_, n) => 1_000 - n);
    expect(percentile(values, 50)).toBe(500);
    expect(percentile(values, 99)).toBe(990);
    expect(percentile(values, 100)).toBe(1_000);
    expect(percentile([7], 1)).toBe(7);
    expect(() => percentile([], 50)).toThrow(RangeError);
  });

  test('rounds to the digits asked for', () => {
    expect(round(0.96449, 3)).toBe(0.964);
    expect(round(51_234.6)).toBe(51_235);
  });
});
