import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readOptions } from './command-line.ts';
import { FAULT_KINDS } from './faults/index.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const COMMANDS = [...README.matchAll(/^npm run chaos(?: --)?([^#\n]*)/gm)].map(([, args = '']) => args.trim());

describe('the README', () => {
  test('has every kind of fault, in the order of the help', () => {
    const named = [...README.matchAll(/^\| `([a-z-]+)` /gm)].map(([, name]) => name);
    expect(named).toEqual(FAULT_KINDS.map(({ name }) => name));
  });

  test.each(COMMANDS)('has a command that is understood: npm run chaos -- %s', (args) => {
    const options = readOptions(args.split(/\s+/).filter((arg) => arg !== ''));
    expect(options.kinds.length).toBeGreaterThan(0);
    expect(options.mutants.length > 0).toBe(args.includes('--mutants'));
  });
});
