import { describe, expect, test } from '@jest/globals';
import { GapTracker } from './gap-tracker.ts';
import type { ReadAnswer } from './plan.ts';
import { DEFAULT_LIMITS } from './tracker-limits.ts';

const answered = (seqs: number[], lastValue: number, running?: string[]): ReadAnswer => ({
  seqs,
  complete: true,
  lastValue,
  running: running && new Set(running),
  ending: new Set(),
});

/** One read, as the statement would answer it. */
const read = (tracker: GapTracker, seqs: number[], lastValue: number, running?: string[]): void =>
  tracker.apply(tracker.plan(), answered(seqs, lastValue, running), 0);

describe('a gap is given up', () => {
  test('by the read after the one that struck its last holder off, whose snapshot may be older than the commit', () => {
    const tracker = new GapTracker({ cursor: 0, holes: [], now: 0 });
    read(tracker, [2], 2);
    read(tracker, [], 2, ['3/7']);
    // Snapshot · the holder commits · the look no longer finds it: its row was not visible, and exists.
    read(tracker, [], 2, []);
    expect(tracker.plan().gaps).toMatchObject([{ from: 1, to: 1 }]);
    read(tracker, [1], 2, []);
    expect(tracker.gapCount).toBe(0);
  });

  test('never while a holder runs, however many reads cover it in vain', () => {
    const tracker = new GapTracker({ cursor: 0, holes: [], now: 0 });
    read(tracker, [2], 2);
    for (let n = 0; n < 200; n += 1) read(tracker, [], 2, ['3/7', `4/${n}`]);
    expect(tracker.holes()).toEqual([{ from: 1, to: 1 }]);
    // Nobody who came later is waited for.
    expect(tracker.plan().restingOn).toEqual(['3/7']);
  });

  test('not by a read that was cut off below it', () => {
    const tracker = new GapTracker({ cursor: 2, holes: [{ from: 1, to: 2 }], now: 0 });
    read(tracker, [], 2, []);
    tracker.apply(tracker.plan(), { ...answered([1], 2, []), complete: false }, 0);
    expect(tracker.holes()).toEqual([{ from: 2, to: 2 }]);
  });
});

test('with more gaps than a read can cover, no row above the last one covered is asked for', () => {
  const limits = { ...DEFAULT_LIMITS, gapsPerRead: 2 };
  const tracker = new GapTracker({ cursor: 9, holes: [1, 3, 5].map((n) => ({ from: n, to: n })), now: 0 }, limits);
  expect(tracker.plan()).toMatchObject({ gaps: [{ from: 1 }, { from: 3 }], upTo: 3 });
});

test('a number that is missing is looked for late, at once only if it is one of many or a wide range', () => {
  const { lookAfterReads, restBeyondGaps, restBeyondWidth } = DEFAULT_LIMITS;
  const looks = (seqs: number[], lastValue: number): boolean[] => {
    const tracker = new GapTracker({ cursor: 0, holes: [], now: 0 });
    read(tracker, seqs, lastValue);
    return Array.from({ length: lookAfterReads + 1 }, () => {
      const { look } = tracker.plan();
      if (!look) read(tracker, [], lastValue);
      return look;
    });
  };
  expect(looks([2], 2)).toEqual([...Array(lookAfterReads).fill(false), true]);
  expect(looks([2 + restBeyondWidth], 2 + restBeyondWidth)[0]).toBe(true);
  const many = Array.from({ length: restBeyondGaps + 1 }, (_, n) => 2 * n + 2);
  expect(looks(many, many.at(-1) ?? 0)[0]).toBe(true);
  // Committed before anybody had to look.
  const tracker = new GapTracker({ cursor: 0, holes: [], now: 0 });
  read(tracker, [2], 2);
  read(tracker, [1], 2);
  expect([tracker.gapCount, tracker.plan().look]).toEqual([0, false]);
});

test('a gap does not go to rest on a holder whose rows may be visible already: the next read would answer nothing', () => {
  const { restAfterReads } = DEFAULT_LIMITS;
  const tracker = new GapTracker({ cursor: 0, holes: [], now: 0 });
  read(tracker, [2], 2);
  read(tracker, [], 2, ['3/7']);
  for (let n = 0; n < 2 * restAfterReads; n += 1) {
    tracker.apply(tracker.plan(), { ...answered([], 2, ['3/7']), ending: new Set(['3/7']) }, 0);
    expect(tracker.plan()).toMatchObject({ gaps: [{ from: 1, to: 1 }], restingOn: [] });
  }
});
