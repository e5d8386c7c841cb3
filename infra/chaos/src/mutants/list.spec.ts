import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '@bezel/local/bench';
import { describe, expect, test } from '@jest/globals';
import { FAULT_KINDS } from '../faults/index.ts';
import { processesOf } from '../system/layout.ts';
import { MUTANTS } from './list.ts';
import { MutantLostError, mutate } from './mutant.ts';

/** The build changes white space, and takes types away: `inSource` has the text as it is with them. */
const plain = (text: string): string => text.replaceAll(/\s+/g, ' ');

test('names are unique', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});

describe.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s', (_, mutant) => {
  test('has its text in its file, once', () => {
    const source = join(CHECKOUT, mutant.file.replace('/dist/', '/src/').replace(/\.js$/, '.ts'));
    const find = plain(mutant.inSource ?? mutant.find);
    expect(mutate(plain(readFileSync(source, 'utf8')), { ...mutant, find })).toContain(mutant.replace);
  });

  test('names faults and targets that there are', () => {
    const processes = processesOf('pairs');
    for (const [name, target] of mutant.faults) {
      expect(FAULT_KINDS.find((kind) => kind.name === name)?.targets(processes)).toContain(target);
    }
  });
});

test('a mutant whose text is gone, or there twice, is told', () => {
  const mutant = { name: 'a', file: 'b.js', find: 'x', replace: 'y' };
  expect(mutate('1 x 2', mutant)).toBe('1 y 2');
  for (const text of ['nothing', 'x x']) expect(() => mutate(text, mutant)).toThrow(MutantLostError);
});
