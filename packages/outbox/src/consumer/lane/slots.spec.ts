import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSlots } from './slots.ts';

describe('slots', () => {
  test('never more than the given number at once, first come first, and none is lost when waiters give up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
        fc.scheduler(),
        async (count, impatient, scheduler) => {
          const slots = createSlots(count);
          let held = 0;
          const served: number[] = [];
          const tasks = impatient.map(async (givesUp, n) => {
            const gone = new AbortController();
            if (givesUp) {
              void scheduler.schedule(Promise.resolve(), `gives up ${n}`).then(() => gone.abort());
            }
            const giveBack = await slots.take(gone.signal);
            if (giveBack !== undefined) {
              held += 1;
              expect(held).toBeLessThanOrEqual(count);
              served.push(n);
              await scheduler.schedule(Promise.resolve(), `works ${n}`);
              held -= 1;
              giveBack();
              giveBack();
            }
          });
          await scheduler.waitFor(Promise.all(tasks));
          expect(served).toEqual(served.toSorted((a, b) => a - b));
          expect(served).toEqual(expect.arrayContaining(impatient.flatMap((givesUp, n) => (givesUp ? [] : [n]))));
          const all = await Promise.all(Array.from({ length: count }, () => slots.take(AbortSignal.timeout(1_000))));
          expect(all.every((slot) => slot !== undefined)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('a signal that is already aborted gets none', async () => {
    expect(await createSlots(1).take(AbortSignal.abort())).toBeUndefined();
  });

  test('who wants to be alone waits for all others, and nobody comes in before', async () => {
    const slots = createSlots(2);
    const signal = new AbortController();
    const log: string[] = [];
    const first = await slots.take(signal.signal);
    const alone = slots.take(signal.signal, true).then((giveBack) => {
      log.push('alone');
      return giveBack;
    });
    const next = slots.take(signal.signal).then((giveBack) => {
      log.push('next');
      return giveBack;
    });
    await new Promise(setImmediate);
    expect(log).toEqual([]);
    first?.();
    (await alone)?.();
    (await next)?.();
    expect(log).toEqual(['alone', 'next']);
  });

  test('who wanted to be alone and gave up lets the others in', async () => {
    const slots = createSlots(2);
    const gone = new AbortController();
    const stay = new AbortController();
    await slots.take(stay.signal);
    const alone = slots.take(gone.signal, true);
    const next = slots.take(stay.signal);
    gone.abort();
    expect(await alone).toBeUndefined();
    expect(await next).toBeDefined();
  });
});
