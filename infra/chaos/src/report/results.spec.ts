import { expect, test } from '@jest/globals';
import { FAULT_KINDS } from '../faults/index.ts';
import { MUTANTS } from '../mutants/list.ts';
import { type KeptMutant, type KeptRun, keptIn, resultsOf } from './results.ts';

const RUN: KeptRun = {
  ...{ orders: 40, faults: 3, planned: 4, seed: '7f3a', options: '--seed 7f3a', gaveUp: false },
  ...{ lost: 1, duplicateEffects: 2, outOfOrder: 3, unfinished: 4 },
  notRun: [{ kind: 'disk-full', why: 'no root' }],
  notRecovered: ['link-cut of a to kafka'],
  idle: ['link-slow of a to shop: nobody used the link meanwhile'],
  samplesS: { 'process-kill': [9, 3] },
  ...{ date: '2026-01-31 12:00 UTC', commit: 'abc1234', machine: 'a machine', servers: 'Postgres 18' },
  repairs: { 'tell-fact': 2, 'run-workflow': 1 },
  note: 'a defect, mended since',
};
const other: KeptRun = { ...RUN, seed: '11', gaveUp: true, orders: 2, samplesS: { 'process-kill': [6], poison: [5] } };
const [FIRST] = MUTANTS.map(({ name }) => name).toSorted();
const found: KeptMutant = {
  ...{ mutant: FIRST ?? '', foundBy: 'lost: an order', date: '2026-01-31 13:00 UTC', commit: 'abc1234' },
};

const document = resultsOf({ runs: [RUN, other], mutants: [found] });
const lines = document.split('\n');

test('what it keeps is all that it was made of', () => {
  expect(keptIn(document)).toEqual({ runs: [RUN, other], mutants: [found] });
  expect(resultsOf(keptIn(document))).toBe(document);
});

test('nothing is kept in an empty document, and its tables are there', () => {
  expect(keptIn('')).toEqual({ runs: [], mutants: [] });
  expect(resultsOf(keptIn(''))).toContain('| all | 0 | 0 | 0 | 0 | 0 | 0 | 0 |');
});

test('runs are summed up, and each has a row, defects and all', () => {
  expect(lines).toContain('| all | 2 | 42 | 6 | 2 | 4 | 6 | 8 |');
  expect(lines).toContain('| 2026-01-31 12:00 UTC | abc1234 | `--seed 7f3a` | 40 | 3 | 1 | 2 | 3 | 4 | 1 | 3 |');
  expect(lines).toContain('| 2026-01-31 12:00 UTC | abc1234 | `--seed 7f3a` | 2 | 3 | 1 | 2 | 3 | 4 | gave up | 3 |');
  expect(lines).toContain('- 2026-01-31 12:00 UTC: a defect, mended since');
});

test('those after the last that was not sound are summed up by themselves', () => {
  const nothingWrong = { lost: 0, duplicateEffects: 0, outOfOrder: 0, unfinished: 0, notRecovered: [] };
  const sound: KeptRun = { ...RUN, ...nothingWrong, seed: '5', orders: 7 };
  const sinceIn = (runs: readonly KeptRun[]): string | undefined =>
    resultsOf({ runs, mutants: [] })
      .split('\n')
      .find((line) => line.startsWith('| since'));
  expect(sinceIn([sound, RUN, sound, { ...sound, seed: '6' }])).toContain('| 2 | 14 | 6 | 0 | 0 | 0 | 0 |');
  expect(sinceIn([sound, RUN])).toContain('| 0 | 0 | 0 | 0 | 0 | 0 | 0 |');
  expect(sinceIn([sound])).toContain('| 1 | 7 | 3 | 0 | 0 | 0 | 0 |');
});

test('every kind of fault has a row, also one that nobody has met yet', () => {
  expect(lines).toContain('| process-kill | 3 | 6 | 9 |');
  expect(lines).toContain('| poison | 1 | 5 | 5 |');
  for (const { name } of FAULT_KINDS.filter((kind) => !['process-kill', 'poison'].includes(kind.name))) {
    expect(lines).toContain(`| ${name} | 0 |  |  |`);
  }
  expect(document).toContain('- disk-full was not run in some of them: no root');
});

test('every bug that can be planted has a row: found, missed or not planted yet', () => {
  expect(lines).toContain(`| ${FIRST} | lost: an order | 2026-01-31 13:00 UTC | abc1234 |`);
  for (const { name } of MUTANTS.filter((mutant) => mutant.name !== FIRST)) {
    expect(lines).toContain(`| ${name} | not planted yet |  |  |`);
  }
  const missed = resultsOf({ runs: [], mutants: [{ ...found, foundBy: null }] });
  expect(missed).toContain(`| ${FIRST} | **missed** |`);
});
