import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createDatabase, testServers, waitFor } from '@bezel/local/testing';
import { afterEach, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { WORKING_LIMITS } from '../audit/limits.ts';
import { RECONCILER_TIMES } from './reconciler-times.ts';

jest.setTimeout(150_000);

const PROGRAM = fileURLToPath(new URL('../testing/lone-reconciler.ts', import.meta.url));
/** A busy machine may answer late: only its silence is to end a lease here. */
const TIMES = {
  ...RECONCILER_TIMES,
  lease: { tryEveryMs: 50, beatEveryMs: 100, answerWithinMs: 10_000, silentForMs: 2_500 },
};

/** A process needs seconds of processor time until it runs, and a busy machine gives it little. */
const STARTING = { deadlineMs: 60_000 };

let closing = new AsyncDisposableStack();
afterEach(async () => {
  await closing.disposeAsync();
  closing = new AsyncDisposableStack();
});

interface Lone {
  readonly child: ChildProcess;
  /** Each time it began or ceased to lead. */
  readonly lines: string[];
  readonly exited: Promise<unknown>;
}

/** The lease is all that is needed: what such a reconciler cannot read, it tries again. */
async function startTwo(): Promise<[first: Lone, second: Lone, url: string]> {
  const { url } = closing.use(await createDatabase());
  const { kafkaBrokers: kafka, temporalAddress: address, temporalNamespace: namespace } = testServers();
  const stack = { postgres: { shop: url, mes: url, crm: url }, kafka, temporal: { address, namespace } };
  const argument = JSON.stringify({ stack, limits: WORKING_LIMITS, times: TIMES });
  const start = (): Lone => {
    const child = spawn(process.execPath, ['--conditions=@bezel/source', PROGRAM, argument], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    closing.defer(() => void child.kill('SIGKILL'));
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    return { child, lines, exited: once(child, 'exit') };
  };
  const both = [start(), start()];
  const leading = await waitFor('one to lead', () => both.find(({ lines }) => lines.length > 0), STARTING);
  return [leading, both.find((one) => one !== leading) as Lone, url];
}

test('one that is killed is taken over from, and one that is told to end does at once', async () => {
  const [first, second] = await startTwo();
  expect(second.lines).toEqual([]);
  first.child.kill('SIGKILL');
  await waitFor('the other one to lead', () => second.lines.at(-1) === 'leads', STARTING);
  second.child.kill('SIGTERM');
  expect(await second.exited).toEqual([0, null]);
});

test('one that is stopped loses its lease, and stands by when it goes on', async () => {
  const [first, second] = await startTwo();
  first.child.kill('SIGSTOP');
  await waitFor('the other one to lead', () => second.lines.at(-1) === 'leads', STARTING);
  first.child.kill('SIGCONT');
  await waitFor('the first one to know', () => first.lines.at(-1) === 'stands by');
  expect(second.lines).toEqual(['leads']);
});

test('the runbook names who has the lease, and how to take it from him', async () => {
  const page = readFileSync(new URL('../../../../docs/operating/reconciler.md', import.meta.url), 'utf8');
  const [, whoHasIt = ''] = /```sql\n([\s\S]*?)```/.exec(page) ?? [];
  const [first, , url] = await startTwo();
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  closing.defer(() => pool.end());
  const { rows } = await pool.query<{ pid: number }>(whoHasIt);
  expect(rows).toHaveLength(1);
  await pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
  await waitFor('the first one to have lost it', () => first.lines.includes('stands by'), STARTING);
});
