import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { openLoop } from './open-loop.ts';

const signal = new AbortController().signal;

test('a call is made when it is due, and not when the one before has ended', async () => {
  const gate = Promise.withResolvers<void>();
  const took = await openLoop({ perSecond: 1_000, count: 5, signal }, async (n) => {
    if (n === 4) gate.resolve();
    await gate.promise;
  });
  expect(took).toHaveLength(5);
});

test('what keeps the caller from calling in time counts as time of the call', async () => {
  const [, second = 0] = await openLoop({ perSecond: 1_000, count: 2, signal }, async (n) => {
    const until = performance.now() + 50;
    while (n === 0 && performance.now() < until);
  });
  expect(second).toBeGreaterThan(40);
});

test('a call that fails ends it', async () => {
  const calls: number[] = [];
  const failing = openLoop({ perSecond: 100, count: 1_000, signal }, async (n) => {
    calls.push(n);
    await delay(1);
    throw new Error('refused');
  });
  await expect(failing).rejects.toThrow('refused');
  expect(calls.length).toBeLessThan(1_000);
});
