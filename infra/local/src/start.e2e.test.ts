import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { identify, type ProcessIdentity } from './processes/process-identity.ts';
import { peopleOf } from './samples/people.ts';
import { driveToItsEnd, sampleModels } from './samples/run-samples.ts';
import { placesIn } from './stack/places.ts';
import { dropData } from './stack/state/session.ts';
import { readStack, type StackFile, StackNotRunningError } from './stack/state/stack-file.ts';
import { waitFor } from './testing/index.ts';
import { type RunningStart, runStart } from './testing/programs/running-start.ts';

// One stack, used by one test after the other: each leaves it running, the last ones end it.
const PATIENCE = 180_000;
let state: string;
let start: RunningStart;
let squatter: Server | null;

beforeAll(async () => {
  state = join(mkdtempSync(join(tmpdir(), 'bezel start ')), 'state');
  squatter = await occupy(3001);
  start = runStart(state);
  await start.ready;
}, PATIENCE);

afterAll(async () => {
  await start[Symbol.asyncDispose]();
  await dropData(placesIn(state));
  rmSync(join(state, '..'), { recursive: true, force: true });
  squatter?.close();
}, PATIENCE);

const stack = (): StackFile => readStack(placesIn(state).stackFile);
const processOf = (name: string) => stack().processes.find((process) => process.name === name);
const identities = (): ProcessIdentity[] =>
  stack().processes.flatMap(({ pid }) => (pid === null ? [] : (identify(pid) ?? [])));

/** Takes a port; null when somebody else has it, which is as good. */
const occupy = (port: number): Promise<Server | null> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null)).listen(port, '127.0.0.1', () => resolve(server));
  });

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Kills a process and waits until the supervisor has it back, with another pid. */
async function kill(name: string): Promise<void> {
  const before = processOf(name);
  process.kill(before?.pid ?? 0, 'SIGKILL');
  await waitFor(
    `${name} to be back`,
    () => {
      const now = processOf(name);
      return now !== undefined && now.pid !== null && now.pid !== before?.pid && now.restarts > (before?.restarts ?? 0);
    },
    { deadlineMs: 60_000 },
  );
}

describe('npm start', () => {
  test('its three sample orders are DELIVERED, with a line for each status', () => {
    const delivered = start.lines.filter((line) => line.endsWith('SHIPPED → DELIVERED'));
    expect(delivered).toHaveLength(3);
    expect(start.lines.filter((line) => line.includes('PRICING → PRICED'))).toHaveLength(3);
    expect(start.lines.join('\n')).toContain('3 of 3 sample orders are DELIVERED');
  });

  test('the stack file names every process, is readable by its owner only, and says that all is ready', async () => {
    const file = await start.ready;
    expect(file).toMatchObject({ version: 1, ready: true, starter: { pid: start.pid } });
    expect(stack()).toEqual(file);
    expect(file.processes.map(({ name }) => name)).toEqual([
      'postgres',
      'identity',
      'kafka',
      'temporal',
      'shop-api',
      'shop-back',
      'mes-api',
      'mes-back',
      'mes-pricing',
      'crm-api',
      'reconciler',
    ]);
    expect(statSync(placesIn(state).stackFile).mode & 0o777).toBe(0o600);
  });

  test('a busy port moves to the next free one, and the banner says so', () => {
    const { shop } = stack().urls;
    expect(new URL(shop).port).not.toBe('3001');
    expect(start.lines.join('\n')).toContain(`port 3001 was busy: shop is at ${shop}`);
  });

  test("an app's login reaches its own database only, and rows only; the auditor reads views only", async () => {
    const { postgres } = stack().servers;
    const shopToMes = new URL(postgres.shop);
    shopToMes.pathname = '/mes';
    await expect(query(shopToMes.href, 'SELECT 1')).rejects.toThrow(/permission denied for database "mes"/);
    await expect(query(postgres.shop, 'CREATE TABLE public.mine ()')).rejects.toThrow(/permission denied/);
    await expect(query(postgres.shop, 'SELECT count(*) FROM orders')).resolves.toHaveLength(1);
    await expect(query(postgres.audit.shop, 'SELECT count(*) FROM orders')).rejects.toThrow(/permission denied/);
  });

  test('a second start in the same place says who is there and ends', async () => {
    const second = runStart(state);
    expect(await second.ended).toEqual({ code: 1, signal: null });
    expect(second.lines.join('\n')).toContain(`a stack already runs here (process ${start.pid}`);
    expect(stack().starter.pid).toBe(start.pid);
  }, 60_000);

  test(
    'every server and an app are killed: each is back at the same address, and an order still gets to its end',
    async () => {
      const before = stack();
      for (const name of ['postgres', 'kafka', 'temporal', 'identity', 'shop-back']) {
        await kill(name);
      }
      expect(stack().servers).toEqual(before.servers);
      const within = AbortSignal.timeout(PATIENCE);
      const people = await peopleOf(stack(), within);
      const [model] = sampleModels();
      const order = await people.submit(model ?? { name: 'none', content: Buffer.alloc(0) }, 'gold-585');
      expect(await driveToItsEnd(order, people, () => {}, within)).toMatchObject({ status: 'DELIVERED' });
    },
    2 * PATIENCE,
  );

  test(
    'after a SIGKILL of npm start itself the next start ends what was left and goes on with the same data',
    async () => {
      const left = identities();
      expect(left.length).toBe(11);
      start.signal('SIGKILL');
      await start.ended;
      expect(stack).toThrow(StackNotRunningError);
      expect(left.map(({ pid }) => identify(pid)?.started)).toEqual(left.map(({ started }) => started));
      start = runStart(state, { args: ['--empty'] });
      await start.ready;
      expect(left.filter(({ pid, started }) => identify(pid)?.started === started)).toEqual([]);
      expect(start.lines.join('\n')).toMatch(/a start that was killed left .*postgres.* running: ended/);
      expect(await query(stack().servers.postgres.shop, 'SELECT DISTINCT status FROM orders')).toEqual([
        { status: 'DELIVERED' },
      ]);
    },
    PATIENCE,
  );

  test('Ctrl-C ends everything', async () => {
    const running = identities();
    start.signal('SIGINT');
    expect(await start.ended).toEqual({ code: 0, signal: null });
    expect(running.filter(({ pid, started }) => identify(pid)?.started === started)).toEqual([]);
    expect(stack).toThrow(StackNotRunningError);
  }, 60_000);

  test(
    '--reset drops all data; --only-servers starts no app',
    async () => {
      start = runStart(state, { args: ['--reset', '--only-servers'] });
      const { processes, servers } = await start.ready;
      expect(processes.map(({ name }) => name)).toEqual(['postgres', 'identity', 'kafka', 'temporal']);
      expect(await query(servers.postgres.shop, "SELECT to_regclass('orders') AS orders")).toEqual([{ orders: null }]);
    },
    PATIENCE,
  );
});
