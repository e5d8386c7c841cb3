import { expect, test } from '@jest/globals';
import type { DoneFault } from '../faults/carry-out.ts';
import type { ChaosOutcome } from '../run-chaos.ts';
import { isSound, summarise } from './summary.ts';

const fault = (kind: string, more: Partial<DoneFault> = {}): DoneFault => ({
  fault: { index: 0, kind, target: 'kafka', at: 0, lastsMs: 0, together: false, draw: 0 },
  ...{ recoveredS: 7, alone: true, idle: null, reordered: [], felt: { from: 0, to: 1 } },
  ...more,
});

const outcome = (more: Partial<ChaosOutcome> = {}): ChaosOutcome => ({
  verdict: { defects: [], orders: 3, statuses: new Map(), repairs: new Map(), evidence: [] },
  ...{ done: [], notRun: [], planned: 0, gaveUp: false },
  ...more,
});

const sound = (more: Partial<ChaosOutcome>): boolean => isSound(summarise(outcome(more), 'a'));

test('only what was met by somebody, by itself, and got over counts as a recovery', () => {
  const done = [
    ...[fault('kafka-restart', { recoveredS: 9 }), fault('kafka-restart', { recoveredS: 5 })],
    fault('kafka-restart', { recoveredS: 80, alone: false }),
    fault('burst', { recoveredS: 1, idle: 'no customer more than usual came' }),
    fault('link-cut', { recoveredS: null }),
    fault('nothing'),
  ];
  const summary = summarise(outcome({ done, planned: 8 }), 'a');
  expect(summary).toMatchObject({
    ...{ faults: 4, planned: 8, notRecovered: ['link-cut of kafka'] },
    idle: ['burst of kafka: no customer more than usual came'],
    samplesS: { 'kafka-restart': [9, 5], nothing: [7] },
    recovery: { 'kafka-restart': { p50S: 5, maxS: 9 } },
  });
  expect(Object.keys(summary.recovery)).toEqual(['kafka-restart', 'nothing']);
});

test('a run in which nothing moved any more, nobody ordered or something did not recover is not sound', () => {
  expect(sound({})).toBe(true);
  expect(sound({ gaveUp: true })).toBe(false);
  expect(sound({ verdict: { defects: [], orders: 0, statuses: new Map(), repairs: new Map(), evidence: [] } })).toBe(
    false,
  );
  expect(sound({ done: [fault('link-cut', { recoveredS: null })] })).toBe(false);
  for (const kind of ['lost', 'duplicate-effect', 'out-of-order', 'unfinished'] as const) {
    const defects = [{ kind, order: 'a', what: 'b' }];
    expect(sound({ verdict: { defects, orders: 3, statuses: new Map(), repairs: new Map(), evidence: [] } })).toBe(
      false,
    );
  }
});
