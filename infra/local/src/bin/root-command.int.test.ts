import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

/** The command line of a root script is read before anything is started, so that all of these end at once. */
const said = (script: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, script), ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

test.each([
  { script: 'start.ts', args: ['--nonsense'], says: "unknown option '--nonsense'" },
  { script: 'start.ts', args: ['everything'], says: 'too many arguments' },
  { script: 'start.ts', args: ['--scale', 'shop-back=0'], says: 'say <process>=<1 to 9>' },
  { script: 'test.ts', args: ['--only', 'some'], says: 'Allowed choices are spec, int, e2e' },
  { script: 'test-containers.ts', args: ['--nonsense'], says: "unknown option '--nonsense'" },
])('$script $args: exit code 2, the mistake, and where to look', ({ script, args, says }) => {
  const { status, stdout, stderr } = said(script, ...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(says);
  expect(stderr).toMatch(/"npm .*-- --help" lists what can be said/);
});

test('--help goes to standard output, exit code 0', () => {
  const { status, stdout, stderr } = said('start.ts', '--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^Usage: npm start -- \[options\]/);
});
