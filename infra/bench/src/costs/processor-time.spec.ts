import { expect, test } from '@jest/globals';
import { processorTimeBetween, readStat } from './processor-time.ts';

test('a line of /proc: user and system time, whatever the program is called', () => {
  const line = '81 (a) b (c) S 7 81 81 0 -1 4194560 900 0 0 0 25 17 0 0 20 0 1 0 100 1 1';
  expect(readStat(line)).toEqual({ parent: 7, ms: 420 });
});

test('a process that came in between counts whole, one that ended not at all', () => {
  const before = new Map([
    ['apps', 500],
    ['Temporal server', 100],
  ]);
  const after = new Map([
    ['apps', 300],
    ['Temporal server', 180],
    ['bench', 40],
  ]);
  expect([...processorTimeBetween(before, after)]).toEqual([
    ['apps', 0],
    ['Temporal server', 80],
    ['bench', 40],
  ]);
});
