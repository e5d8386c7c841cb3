import { describe, expect, test } from '@jest/globals';
import { afterExit, NO_FAILURES } from './back-off.ts';

const backOff = { firstMs: 100, limitMs: 1_000, healthyAfterMs: 5_000 };

describe('afterExit', () => {
  test('doubles the wait with each early end, up to the limit', () => {
    const waits: number[] = [];
    let history = NO_FAILURES;
    for (let end = 0; end < 6; end += 1) {
      const next = afterExit(history, 10, backOff);
      waits.push(next.waitMs);
      history = next.history;
    }
    expect(waits).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  test('a healthy run makes the next end a first one', () => {
    const { waitMs, history } = afterExit({ failures: 7 }, 5_000, backOff);
    expect(waitMs).toBe(100);
    expect(history).toEqual({ failures: 1 });
  });
});
