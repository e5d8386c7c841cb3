import { expect, test } from '@jest/globals';
import { together } from './together.ts';

const never = new AbortController().signal;

test('answers with what each gave, in their order', async () => {
  expect(
    await together(
      never,
      async () => 1,
      async () => 'two',
    ),
  ).toEqual([1, 'two']);
});

test('the first failure is thrown once the others, told to end, have ended', async () => {
  let ended = false;
  const untilTold = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        setImmediate(() => {
          ended = true;
          reject(new Error('told to end'));
        });
      });
    });
  const failing = async (): Promise<never> => {
    throw new Error('no such server');
  };
  await expect(together(never, untilTold, failing)).rejects.toThrow('no such server');
  expect(ended).toBe(true);
});

test('all are told when the outer signal fires, and its reason is thrown', async () => {
  const outer = new AbortController();
  const told: number[] = [];
  const work =
    (number: number) =>
    (signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          told.push(number);
          resolve();
        });
      });
  const both = together(outer.signal, work(1), work(2));
  outer.abort(new Error('Ctrl-C'));
  await expect(both).rejects.toThrow('Ctrl-C');
  expect(told).toEqual([1, 2]);
});
