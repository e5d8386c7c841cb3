import { describe, expect, test } from '@jest/globals';
import { createSlots } from './slots.ts';
import { takeTurns } from './turns.ts';

/** A work with so many pieces that are due now; what it does goes into the log. */
function work(name: string, pieces: number, log: string[], done: () => void, alone = () => false) {
  let left = pieces;
  return {
    more(count: number) {
      left += count;
    },
    waitMs: () => (left > 0 ? 0 : null),
    alone,
    async take(isAlone: boolean) {
      left -= 1;
      log.push(isAlone ? `${name} alone` : name);
      await Promise.resolve();
      done();
      return 0;
    },
  };
}

describe('a lane takes turns', () => {
  test('while both works are due they alternate; then the one that is left goes on', async () => {
    const log: string[] = [];
    const draining = new AbortController();
    const all = Promise.withResolvers<void>();
    const done = () => log.length === 6 && all.resolve();
    const turns = takeTurns(work('live', 4, log, done), work('redrive', 2, log, done), createSlots(2), draining.signal);
    await all.promise;
    expect(log).toEqual(['redrive', 'live', 'redrive', 'live', 'live', 'live']);
    draining.abort();
    turns.wake();
    await turns.ended;
  });

  test('it rests until it is woken, and works one piece at a time', async () => {
    const log: string[] = [];
    const draining = new AbortController();
    let all = Promise.withResolvers<void>();
    const live = work('live', 1, log, () => all.resolve());
    const turns = takeTurns(
      live,
      work('redrive', 0, log, () => {}),
      createSlots(1),
      draining.signal,
    );
    expect(turns.working).toBe(false);
    await all.promise;
    all = Promise.withResolvers();
    live.more(1);
    turns.wake();
    await all.promise;
    expect(log).toEqual(['live', 'live']);
    draining.abort();
    turns.wake();
    await turns.ended;
    expect(turns.working).toBe(false);
  });

  test('a piece that has to be alone waits for all slots, and none is kept', async () => {
    const log: string[] = [];
    const draining = new AbortController();
    const slots = createSlots(2);
    const other = await slots.take(draining.signal);
    const all = Promise.withResolvers<void>();
    const live = work('live', 1, log, all.resolve, () => true);
    const turns = takeTurns(
      live,
      work('redrive', 0, log, () => {}),
      slots,
      draining.signal,
    );
    await new Promise(setImmediate);
    expect(log).toEqual([]);
    other?.();
    await all.promise;
    expect(log).toEqual(['live alone']);
    const both = await slots.take(draining.signal, true);
    expect(both).toBeDefined();
    draining.abort();
    turns.wake();
    await turns.ended;
  });

  test('told to end, it takes no further piece', async () => {
    const log: string[] = [];
    const draining = new AbortController();
    const live = work('live', 100, log, () => log.length === 3 && draining.abort());
    await takeTurns(
      live,
      work('redrive', 0, log, () => {}),
      createSlots(1),
      draining.signal,
    ).ended;
    expect(log).toHaveLength(3);
  });
});
