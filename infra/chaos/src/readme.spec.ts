import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readOptions } from './command-line.ts';
import { crashMatrixOfOrders } from './crash-points/matrix/cells.ts';
import { readCrashPointOptions } from './crash-points/options.ts';
import { FAULT_KINDS } from './faults/index.ts';
import { nothing } from './faults/nothing.ts';

const page = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const README = page('../README.md');

/** What stands behind a command in the README, without the remark. */
const commandsOf = (script: string): readonly string[] =>
  [...README.matchAll(new RegExp(`^npm run ${script}(?: --)?([^#\\n]*)`, 'gm'))].map(([, args = '']) => args.trim());
const words = (args: string): readonly string[] => args.split(/\s+/).filter((arg) => arg !== '');

describe('the README', () => {
  test('has every kind of fault, in the order of the help', () => {
    const named = [...README.matchAll(/^\| `([a-z-]+)` /gm)].map(([, name]) => name);
    expect(named).toEqual(FAULT_KINDS.map(({ name }) => name));
  });

  test.each(commandsOf('chaos'))('has a command that is understood: npm run chaos -- %s', (args) => {
    const options = readOptions(words(args));
    expect(options.kinds.length).toBeGreaterThan(0);
    expect(options.mutants.length > 0).toBe(args.includes('--mutants'));
  });

  test.each(commandsOf('crash-points'))('has a command that is understood: npm run crash-points -- %s', (args) => {
    const options = readCrashPointOptions(words(args));
    expect(options.cells.length).toBeGreaterThan(0);
    expect(options.whole).toBe(!args.includes('--only'));
  });
});

test('the root README counts kinds of faults and deaths as they are', () => {
  const [, kinds, deaths] = /, (\w+) kinds of faults drawn[\s\S]* (\d+) deaths/.exec(page('../../../README.md')) ?? [];
  expect(kinds).toBe(WORDS[FAULT_KINDS.filter(({ name }) => name !== nothing.name).length]);
  expect(Number(deaths)).toBe(crashMatrixOfOrders().cells.length);
});

const WORDS: Readonly<Record<number, string>> = { 14: 'fourteen', 15: 'fifteen', 16: 'sixteen', 17: 'seventeen' };
