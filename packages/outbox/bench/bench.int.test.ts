import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { testServers } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';

jest.setTimeout(120_000);

const PROGRAM = fileURLToPath(new URL('bench.ts', import.meta.url));
const RESULTS = new URL('RESULTS.md', import.meta.url);

/** As the root script runs it. */
const nodeArguments = (...args: string[]): string[] => [
  ...['--disable-warning=TimeoutNegativeWarning', '--conditions=@bezel/source', PROGRAM],
  ...args,
];
const env = { ...process.env, NODE_OPTIONS: '' };
const said = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, nodeArguments(...args), { encoding: 'utf8', env });
  return { status, stdout, stderr };
};

const databases = async (): Promise<string[]> => {
  const client = new pg.Client({ connectionString: testServers().postgresUrl });
  await client.connect();
  try {
    const { rows } = await client.query("SELECT datname FROM pg_database WHERE datname LIKE 'bench\\_%'");
    return rows.map(({ datname }) => datname);
  } finally {
    await client.end();
  }
};

describe('npm run bench', () => {
  test('relay --json: the last line is the object, nothing is left, and no results are written when told so', async () => {
    const before = readFileSync(RESULTS, 'utf8');
    const databasesBefore = await databases();
    const { status, stdout, stderr } = said('relay', '--rows', '2000', '--rounds', '1', '--json', '--no-results');
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/\d+\.\d s .*round 1 of 1: relay/) });
    const figures = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(Object.keys(figures)).toEqual(['rawMsgPerS', 'relayMsgPerS', 'ratioToRaw', 'peers']);
    expect(figures.rawMsgPerS).toBeGreaterThan(0);
    expect(figures.ratioToRaw).toBeCloseTo(figures.relayMsgPerS / figures.rawMsgPerS, 2);
    expect(figures.peers).toEqual({});
    expect(readFileSync(RESULTS, 'utf8')).toBe(before);
    expect((await databases()).filter((name) => !databasesBefore.includes(name))).toEqual([]);
  });

  test('spike --json: what each way to send reached, everything arrived', () => {
    const { status, stdout } = said('spike', '--rows', '4000', '--rounds', '1', '--json', '--no-results');
    expect(status).toBe(0);
    const figures = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(Object.keys(figures)).toEqual(['kafkajs', 'platformatic', 'own', 'own-5', 'worker-5']);
    expect(figures.kafkajs).toMatchObject({ ratio: 1 });
    for (const { msgPerS, cpuUs, mainCpuUs } of Object.values<Record<string, number>>(figures)) {
      expect(Math.min(msgPerS ?? 0, cpuUs ?? 0, mainCpuUs ?? 0)).toBeGreaterThan(0);
    }
  });

  test('hand-over --json: one relay is killed, one is stopped, everything arrives', () => {
    const { status, stdout, stderr } = said('hand-over', '--rows', '400', '--rounds', '1', '--json', '--no-results');
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/✓ round 1 of 1: SIGTERM/) });
    const figures = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(Object.keys(figures)).toEqual(['killP50Ms', 'killMaxMs', 'stopP50Ms', 'stopMaxMs', 'rounds']);
    expect(figures).toMatchObject({ killP50Ms: figures.killMaxMs, stopP50Ms: figures.stopMaxMs, rounds: 1 });
    expect(Math.min(figures.killMaxMs, figures.stopMaxMs)).toBeGreaterThan(0);
  });

  test('consume --json: every message is handled once, on both sides', () => {
    const { status, stdout, stderr } = said('consume', '--rows', '3000', '--rounds', '1', '--json', '--no-results');
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/✓ round 1 of 1: by hand/) });
    const figures = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    expect(Object.keys(figures)).toEqual(['emptyMsgPerS', 'rowMsgPerS', 'ratioToHandwritten']);
    expect(Math.min(...Object.values<number>(figures))).toBeGreaterThan(0);
  });

  test('Ctrl-C ends it with 130, and drops what it made', async () => {
    const databasesBefore = await databases();
    const child = spawn(process.execPath, nodeArguments('idle', '--no-results'), {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    for await (const line of createInterface({ input: child.stderr })) {
      if (line.includes('so that everything is connected')) child.kill('SIGINT');
    }
    expect(await ended).toEqual([130, null]);
    expect((await databases()).filter((name) => !databasesBefore.includes(name))).toEqual([]);
  });

  test.each([
    { args: [], says: "missing required argument 'kind'" },
    { args: ['everything'], says: 'Allowed choices are relay, latency, write, idle, backlog' },
    { args: ['relay', '--rows', '0'], says: 'whole number of at least 1' },
    { args: ['relay', '--publisher', 'mine'], says: 'Allowed choices are kafkajs, platformatic' },
    { args: ['idle', '--peers'], says: '--peers goes with relay and spike' },
  ])('$args: exit code 2, and the mistake', ({ args, says }) => {
    const { status, stdout, stderr } = said(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(says);
  });

  test('--help goes to standard output', () => {
    const { status, stdout } = said('--help');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: npm run bench -- \[options\] <kind>/);
  });
});
