import { describe, expect, test } from '@jest/globals';
import { MUTANTS } from './list.ts';
import { type Mutant, mutate } from './mutant.ts';
import { sourceOf } from './workspace.ts';

describe('the list of mutants', () => {
  test('has a name for each, once', () => {
    const names = MUTANTS.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });

  // Whoever changes a line that has a mutant finds it here, and changes the mutant with it.
  test.each(MUTANTS)('$name: its text occurs once in $file, and its test is there', (mutant) => {
    const source = sourceOf(mutant.file);
    expect(mutate(source, mutant)).not.toBe(source);
    const { file, test, title = test } = mutant.caughtBy;
    expect(sourceOf(file)).toContain(title);
  });
});

describe('a mutant', () => {
  const mutant: Mutant = {
    name: 'it',
    breaks: 'P1',
    file: 'src/it.ts',
    find: 'a < b',
    replace: 'a <= b',
    caughtBy: { file: 'src/it.spec.ts', test: 'it' },
  };

  test('changes its text and nothing else', () => {
    expect(mutate('if (a < b && c) {', mutant)).toBe('if (a <= b && c) {');
  });

  test.each([
    ['is gone', 'if (b > a) {', 0],
    ['occurs twice', 'a < b || a < b', 2],
  ])('whose text %s is refused', (_, source, times) => {
    const refusal = { code: 'MUTANT_LOST', message: expect.stringContaining(`occurs ${times} times in src/it.ts`) };
    expect(() => mutate(source, mutant)).toThrow(expect.objectContaining(refusal));
  });
});
