import { globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CHECKOUT } from '../stack/places.ts';
import { KINDS } from './jest.ts';
import { roundsOf } from './rounds.ts';

const FILES = globSync('{packages,apps,infra}/*/src/**/*.e2e.test.ts', { cwd: CHECKOUT }).map((file) =>
  join(CHECKOUT, file),
);

test.each([true, false])('every end-to-end test is in one round, built: %s', (built) => {
  const rounds = roundsOf('e2e', built);
  expect(FILES.length).toBeGreaterThan(5);
  for (const file of FILES) {
    expect(rounds.filter(({ ignore }) => ignore === undefined || !new RegExp(ignore).test(file))).toHaveLength(1);
  }
});

test('a start that builds has the machine to itself', () => {
  const [together, alone] = roundsOf('e2e', true);
  const start = FILES.filter((file) => /[/\\](start|failed-start)\.e2e\.test\.ts$/.test(file));
  expect(start).toHaveLength(2);
  expect(start.every((file) => new RegExp(together?.ignore ?? '').test(file))).toBe(true);
  expect(alone).toMatchObject({ workers: 1, env: {} });
  expect(roundsOf('e2e', false)).toEqual([{ workers: 1, env: {} }]);
});

test('nothing but what was built is taken as it is', () => {
  expect(KINDS.filter((kind) => roundsOf(kind, true).some(({ env }) => Object.keys(env).length > 0))).toEqual(['e2e']);
});
