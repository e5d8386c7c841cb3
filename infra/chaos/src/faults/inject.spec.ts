import { expect, test } from '@jest/globals';
import { OVER_AT_ONCE } from './fault.ts';
import { injectFault } from './inject.ts';

const SHORT = { forMs: 30, againMs: 1 };

test('a fault whose servers are away for a moment is injected when they are back, and is there from then', async () => {
  const tries: number[] = [];
  const injection = await injectFault(
    async () => {
      tries.push(Date.now());
      if (tries.length < 4) throw new Error('kafka is being started again');
      return OVER_AT_ONCE;
    },
    new AbortController().signal,
    { ...SHORT, forMs: 60_000 },
  );
  const from = injection !== null && 'from' in injection ? injection.from : 0;
  expect(injection).toEqual({ injected: OVER_AT_ONCE, from });
  expect(tries).toHaveLength(4);
  expect(from).toBeGreaterThanOrEqual(tries[2] ?? 0);
  expect(from).toBeLessThanOrEqual(tries[3] ?? 0);
});

test('one that the system always refuses is told to be refused, with its words', async () => {
  const refusing = async (): Promise<never> => {
    throw new Error('EPERM: mount');
  };
  expect(await injectFault(refusing, new AbortController().signal, SHORT)).toEqual({ refused: 'EPERM: mount' });
});

test('nothing is injected once the run is closing, and nobody waits for it', async () => {
  const closing = new AbortController();
  let tries = 0;
  const injection = injectFault(
    async () => {
      tries += 1;
      closing.abort();
      throw new Error('away');
    },
    closing.signal,
    { ...SHORT, forMs: 60_000 },
  );
  expect(await injection).toBeNull();
  expect(tries).toBe(1);
});
