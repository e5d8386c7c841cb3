import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, jest, test } from '@jest/globals';

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
  test('plants mutants in sources and in SQL, finds them, and changes nothing here', () => {
    const { status, stdout, stderr } = said(
      '--json',
      '--only',
      'checkpoint-before-publish',
      'the-current-slot-emptied',
    );
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: '{"planted":2,"found":2}\n',
      stderr: expect.stringMatching(/✓ without a mutant: [\s\S]+✓ P1 checkpoint-before-publish: found/),
    });
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
