import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, jest, test } from '@jest/globals';
import type { Mutant } from './mutant.ts';
import { runMutants } from './run-mutants.ts';
import { sourceOf } from './workspace.ts';

jest.setTimeout(120_000);

const PROGRAM = fileURLToPath(new URL('mutants.ts', import.meta.url));

/** As the root script runs it. */
const said = (...args: string[]) => {
  const node = ['--disable-warning=TimeoutNegativeWarning', '--conditions=@bezel/source', PROGRAM];
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, ...args], { encoding: 'utf8', env });
  return { status, stdout, stderr };
};

describe('npm run mutants', () => {
  test('finds a mutant in a copy, and changes nothing here', () => {
    const before = sourceOf('src/relay/shards/lane.ts');
    const { status, stdout, stderr } = said('--json', '--only', 'checkpoint-before-publish');
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: '{"planted":1,"found":1}\n',
      stderr: expect.stringMatching(/✓ without a mutant: [\s\S]+✓ P1 checkpoint-before-publish: found/),
    });
    expect(sourceOf('src/relay/shards/lane.ts')).toBe(before);
  });

  test('--list names them, with the promise and the test', () => {
    const { status, stdout } = said('--list', '--only', 'checkpoint-before-publish');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^checkpoint-before-publish\n {2}P1, .+; in src\/relay\/shards\/lane\.ts\n {2}src\/relay\/shards\/lane\.spec\.ts, "/,
    );
  });

  test.each([
    { args: ['--only', 'nothing'], says: 'There is no such mutant' },
    { args: ['everything'], says: 'too many arguments' },
  ])('$args: exit code 2, and the mistake', ({ args, says }) => {
    const { status, stdout, stderr } = said(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(says);
  });

  test('--help goes to standard output', () => {
    const { status, stdout } = said('--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run mutants -- \[options\]/);
  });
});

test('a change that breaks nothing is not found, and one that does not load proves nothing', async () => {
  const mutant: Mutant = {
    name: 'harmless',
    breaks: 'P1',
    file: 'src/relay/shards/lane.ts',
    find: 'this.#unpublished.delete(seq);\n  }',
    replace: 'this.#unpublished.delete(seq); // and nothing else\n  }',
    caughtBy: { file: 'src/relay/shards/lane.spec.ts', test: 'counts as published only what was' },
  };
  const mutants = [mutant, { ...mutant, name: 'no-program', replace: 'this.#unpublished.delete(' }];
  const said: string[] = [];
  const signal = new AbortController().signal;
  const outcomes = await runMutants({ mutants, env: {}, signal, say: (line) => void said.push(line) });
  expect(outcomes.map(({ verdict }) => verdict.kind)).toEqual(['passed', 'broken']);
  expect(said).toEqual([
    '✓ without a mutant: src/relay/shards/lane.spec.ts, 1 of its tests',
    '✗ P1 harmless: NOT FOUND',
    '✗ P1 no-program: broken, so nothing is known',
  ]);
});
