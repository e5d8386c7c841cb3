import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Wake } from './wake.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A wait, and whether it is over. */
function waiting(wake: Wake, ms: number) {
  const state = { over: false };
  void wake.wait(ms).then(() => {
    state.over = true;
  });
  return state;
}

test('a wait ends with its time, with a notification, or at once after one that came before', async () => {
  const wake = new Wake();
  const first = waiting(wake, 100);
  await jest.advanceTimersByTimeAsync(99);
  expect(first.over).toBe(false);
  await jest.advanceTimersByTimeAsync(1);
  expect(first.over).toBe(true);
  const second = waiting(wake, 100);
  wake.notify();
  await jest.advanceTimersByTimeAsync(0);
  expect(second.over).toBe(true);
  wake.notify();
  const third = waiting(wake, 100);
  await jest.advanceTimersByTimeAsync(0);
  expect(third.over).toBe(true);
  expect(jest.getTimerCount()).toBe(0);
});
