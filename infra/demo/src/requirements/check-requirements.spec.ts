import { describe, expect, test } from '@jest/globals';
import { checkRequirements, type Repository } from './check-requirements.ts';
import { type Requirement, readRequirements } from './read-requirements.ts';

const repository: Repository = {
  files: ['docs/architecture.md', 'packages/outbox/src/reader/read.int.test.ts', 'packages/outbox/src/x.spec.ts'],
  scripts: ['start', 'test', 'demo'],
  help: (script) => (script === 'demo' ? '--orders <n>  --kills <n>' : '--only <kind>'),
};

const good: Requirement = {
  id: 'R1',
  problem: 'orders vanish',
  where: ['packages/outbox', 'docs/architecture.md'],
  commands: ['npm run demo -- --orders 5 --kills 1', 'npm test -- --only int packages/outbox/src/reader', 'npm start'],
  state: 'works',
};
const rows = (first: Partial<Requirement>): Requirement[] =>
  Array.from({ length: 34 }, (_, index) => ({ ...good, ...(index === 0 ? first : {}), id: `R${index + 1}` }));

describe('checkRequirements', () => {
  test('has nothing to say about a table that holds', () => {
    expect(checkRequirements(rows({}), repository)).toEqual([]);
    expect(checkRequirements(rows({ state: 'open: figures', commands: [], where: [] }), repository)).toEqual([]);
  });

  test.each<[string, Partial<Requirement>]>([
    ['says no problem', { problem: '' }],
    ['wanted "works" or "open: "', { state: 'done' }],
    ['wanted "works" or "open: "', { state: 'open' }],
    ['does not say where', { where: [] }],
    ['no command shows it', { commands: [] }],
    ['there is no packages/inbox', { where: ['packages/inbox'] }],
    ['there is no packages/out', { where: ['packages/out'] }],
    ['is no root script', { commands: ['npm run chaos'] }],
    ['is no root script', { commands: ['make all'] }],
    ['does not know --speed', { commands: ['npm run demo -- --speed 5'] }],
    ['does not say which tests', { commands: ['npm test'] }],
    ['does not say which tests', { commands: ['npm test -- --only unit packages'] }],
    ['names no test file', { commands: ['npm test -- --only e2e packages/outbox'] }],
    ['names no test file', { commands: ['npm test -- --only int packages/ledger'] }],
  ])('finds: %s', (fault, change) => {
    expect(checkRequirements(rows(change), repository)).toEqual([expect.stringContaining(fault)]);
  });

  test('finds a row that is missing, doubled or out of place', () => {
    const all = rows({});
    for (const broken of [all.slice(1), [...all, good], all.toReversed()]) {
      expect(checkRequirements(broken, repository)).toEqual([expect.stringContaining('wanted R1 to R34')]);
    }
  });
});

test('readRequirements takes rows of the table and nothing else', () => {
  const text = [
    '# Requirements about R1',
    '| # | Problem | Where | Command | State |',
    '|---|---|---|---|---|',
    '| R7 | a \\| b | `docs/a.md`, `b`: has `c` | `npm start` | works |',
    'R8 is no row.',
  ].join('\n');
  expect(readRequirements(text)).toEqual([
    { id: 'R7', problem: 'a \\| b', where: ['docs/a.md', 'b'], commands: ['npm start'], state: 'works' },
  ]);
});
