import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, jest, test } from '@jest/globals';

jest.setTimeout(60_000);

const PROGRAM = fileURLToPath(new URL('bench.ts', import.meta.url));

/** As the root script runs it. */
const said = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@bezel/source', PROGRAM, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return { status, stdout, stderr };
};

describe('npm run bench', () => {
  test('--help lists the kinds of the outbox, and orders', () => {
    const { status, stdout } = said('--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run bench -- \[options\] <kind>/);
    expect(stdout).toMatch(/^relay {4}/m);
    expect(stdout).toMatch(/^orders {3}/m);
    expect(stdout).toMatch(/^audit {4}/m);
  });

  test('orders --help says what each part measures', () => {
    const { status, stdout } = said('orders', '--help');
    expect(status).toBe(0);
    for (const part of ['lives', 'facts', 'post']) expect(stdout).toMatch(new RegExp(`^${part} +\\S`, 'm'));
  });

  test.each([
    { args: ['relay', '--rows', '0'], says: 'whole number of at least 1' },
    { args: ['idle', '--peers'], says: '--peers goes with relay and spike' },
    { args: ['orders', '--orders', '0'], says: 'whole number of at least 1' },
    { args: ['orders', '--only', 'lives,all'], says: 'Allowed choices are lives, facts, post' },
    { args: ['audit', '--orders', '10,none'], says: 'whole number of at least 1' },
    { args: ['orders', '--rows', '9'], says: "unknown option '--rows'" },
  ])('$args: exit code 2 and the mistake, whoever reads the command line', ({ args, says }) => {
    const { status, stdout, stderr } = said(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(says);
  });
});
