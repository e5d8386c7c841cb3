import { expect, test } from '@jest/globals';
import { FAULT_KINDS } from './faults/index.ts';
import { planFaults } from './schedule/schedule.ts';
import { FIXED_SEEDS } from './seeds.ts';
import { processesOf } from './system/layout.ts';

test.each(FIXED_SEEDS)('seed $seed hits what it hit when it found something', ({ seed, faults, only, hits }) => {
  const names = only.split(',');
  const kinds = FAULT_KINDS.filter(({ name }) => names.includes(name)).map(({ name, lastsS, targets }) => ({
    ...{ name, lastsS, targets: targets(processesOf('pairs')) },
  }));
  const planned = planFaults(seed, faults, kinds);
  expect(planned.map(({ kind, target, draw }) => `${kind} of ${target}, ${draw.toFixed(2)}`)).toEqual(hits);
});
