import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Throttle } from './throttle.ts';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

/** Whether a request to a broker may go out; known as soon as what is due now has run. */
function waiting(throttle: Throttle, nodeId: number): { readonly isOver: () => boolean; readonly over: Promise<void> } {
  let done = false;
  const over = throttle.over(nodeId).then(() => {
    done = true;
  });
  return { isOver: () => done, over };
}

describe('Throttle', () => {
  test('keeps silent towards the broker that asked, for as long as it asked', async () => {
    const throttle = new Throttle(10_000);
    throttle.asked(1, 300);
    throttle.asked(2, 0);
    const [one, two] = [waiting(throttle, 1), waiting(throttle, 2)];
    await jest.advanceTimersByTimeAsync(299);
    expect([one.isOver(), two.isOver()]).toEqual([false, true]);
    await jest.advanceTimersByTimeAsync(1);
    expect(one.isOver()).toBe(true);
  });

  test('no longer than it may', async () => {
    const throttle = new Throttle(1_000);
    throttle.asked(1, 60_000);
    const one = waiting(throttle, 1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(one.isOver()).toBe(true);
  });

  test('its end is the end of waiting', async () => {
    const throttle = new Throttle(10_000);
    throttle.asked(1, 5_000);
    const { over } = waiting(throttle, 1);
    throttle.end();
    await expect(over).rejects.toThrow('aborted');
  });
});
