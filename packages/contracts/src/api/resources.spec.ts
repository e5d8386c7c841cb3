import { describe, expect, test } from '@jest/globals';
import { OrderSpecification } from './resources.ts';

const stonesOf = (stones?: unknown) => OrderSpecification.safeParse({ metal: 'gold-585', stones });

describe('the number of stones', () => {
  test.each([
    [undefined, 0],
    [12, 12],
    ['12', 12],
    ['007', 7],
  ])('%j means %d', (sent, stones) => {
    expect(stonesOf(sent).data?.stones).toBe(stones);
  });

  test.each([
    [''],
    [' '],
    [null],
    [true],
    [[5]],
    [['5']],
    [{}],
    ['1e1'],
    ['0x1'],
    ['5.0'],
    [-1],
    [201],
    ['201'],
    [1.5],
  ])('%j is none', (sent) => {
    expect(stonesOf(sent).error?.issues[0]?.path).toEqual(['stones']);
  });

  test('a list of four billion places is refused at once', () => {
    const list: unknown[] = [];
    list[4_294_967_294] = '5';
    const began = performance.now();
    expect(stonesOf(list).success).toBe(false);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
