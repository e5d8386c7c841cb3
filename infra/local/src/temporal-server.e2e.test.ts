import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { isAlive } from './processes/process-identity.ts';
import { ORDER_SEARCH_ATTRIBUTES } from './servers/temporal/search-attributes.ts';
import { placesIn } from './stack/places.ts';
import type { StackFile } from './stack/state/stack-file.ts';
import { type RunningStart, runStart, type StackState, temporaryStackState, waitFor } from './testing/index.ts';

// The full server is built with Go, which takes minutes on a machine that has not done it before.
const full = process.env['BEZEL_TEST_FULL'] === '1';
const PATIENCE = 20 * 60_000;
const title = 'a stack with the full Temporal server';
const reason = 'runs in npm run test:full: building the server takes minutes';

(full ? describe : describe.skip)(full ? title : `${title} [skipped: ${reason}]`, () => {
  let state: StackState;
  let start: RunningStart;
  let stack: StackFile;
  const begin = async (): Promise<void> => {
    start = runStart(state.path, { args: ['--only-servers'], env: { BEZEL_TEMPORAL: 'server' } });
    stack = await start.ready;
  };
  const processOf = (name: string) => {
    const found = stack.processes.find((process) => process.name === name);
    if (found === undefined) throw new Error(`no process ${name}`);
    return found;
  };
  const superuser = async (): Promise<URL> => {
    const secrets = JSON.parse(await readFile(placesIn(state.path).secrets, 'utf8')) as Record<string, string>;
    const url = new URL(stack.servers.postgres.shop);
    url.username = 'postgres';
    url.password = secrets['postgres'] ?? '';
    return url;
  };
  const loginOf = async (database: string): Promise<string> => {
    const secrets = JSON.parse(await readFile(placesIn(state.path).secrets, 'utf8')) as Record<string, string>;
    const url = new URL(stack.servers.postgres.shop);
    url.username = 'temporal';
    url.password = secrets['temporal'] ?? '';
    url.pathname = `/${database}`;
    return url.href;
  };
  const query = async (url: string, sql: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return client
      .query(sql)
      .then(
        ({ rows }) => rows,
        (error: pg.DatabaseError) => [error.code],
      )
      .finally(() => client.end());
  };
  const withClient = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const { address, namespace } = stack.servers.temporal;
    const connection = await Connection.connect({ address });
    return work(new Client({ connection, namespace })).finally(() => connection.close());
  };

  beforeAll(async () => {
    state = temporaryStackState();
    await begin();
  }, PATIENCE);
  afterAll(async () => {
    await start[Symbol.asyncDispose]();
    await state[Symbol.asyncDispose]();
  }, PATIENCE);

  test('says what it is, and is one process on Postgres with the orders’ search attributes', async () => {
    expect(stack.source.temporal).toContain('full server');
    expect(stack.source.temporal).toContain('BEZEL_TEMPORAL=server');
    expect(
      await query((await superuser()).href, `SELECT datname FROM pg_database WHERE datname ~ '^temporal' ORDER BY 1`),
    ).toEqual([{ datname: 'temporal' }, { datname: 'temporal_visibility' }]);
    await withClient(async ({ connection }) => {
      const { namespace } = stack.servers.temporal;
      const { customAttributes } = await (connection as Connection).operatorService.listSearchAttributes({ namespace });
      expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(Object.keys(ORDER_SEARCH_ATTRIBUTES)));
      const { config } = await (connection as Connection).workflowService.describeNamespace({ namespace });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 3_600);
    });
  }, 60_000);

  test('its login changes rows and no tables, and no other database lets it in; its password is the owner’s alone to read', async () => {
    expect(await query(await loginOf('temporal'), 'CREATE TABLE mine (n int)')).toEqual(['42501']);
    expect(await query(await loginOf('temporal'), 'SELECT count(*)::int > 0 AS some FROM namespaces')).toEqual([
      { some: true },
    ]);
    await expect(query(await loginOf('shop'), 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
    for (const file of ['server.yaml', 'ui.yaml']) {
      expect(statSync(join(placesIn(state.path).temporalServer, file)).mode & 0o077).toBe(0);
    }
  }, 60_000);

  test('the web UI shows a page and answers for a workflow', async () => {
    const ui = stack.servers.temporal.ui ?? '';
    const workflowId = 'order/shown';
    const handle = await withClient(({ workflow }) => workflow.start('nobody', { taskQueue: 'nobody', workflowId }));
    const path = `/namespaces/bezel/workflows/${encodeURIComponent(workflowId)}`;
    const page = await fetch(`${ui}${path}/${handle.firstExecutionRunId}/history`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    expect(await page.text()).toContain('/_app/'); // its scripts are in the program
    const query = `execution.runId=${handle.firstExecutionRunId}`;
    const answer = await fetch(`${ui}/api/v1${path}?${query}`);
    expect(await answer.json()).toMatchObject({ workflowExecutionInfo: { execution: { workflowId } } });
  }, 60_000);

  test('a server that is killed is started again, and keeps what it was told', async () => {
    const { workflowId } = await withClient(({ workflow }) =>
      workflow.start('nobody', {
        taskQueue: 'nobody',
        workflowId: 'order/kept',
        searchAttributes: { BezelStatus: ['PRICED'] },
      }),
    );
    const { pid } = processOf('temporal');
    process.kill(pid ?? 0, 'SIGKILL');
    await waitFor(
      'the workflow, after the kill',
      () => withClient(({ workflow }) => workflow.getHandle(workflowId).describe()),
      {
        deadlineMs: 60_000,
      },
    );
  }, 120_000);

  test(
    'after Ctrl-C nothing is left, and the next start has the same address and all workflows',
    async () => {
      const { address, ui } = stack.servers.temporal;
      const before = stack;
      start.signal('SIGINT');
      expect(await start.ended).toMatchObject({ signal: null });
      expect(isAlive(before.starter)).toBe(false);
      await begin();
      expect(stack.servers.temporal).toMatchObject({ address, ui });
      await withClient(async ({ workflow }) => {
        const { status } = await workflow.getHandle('order/kept').describe();
        expect(status.name).toBe('RUNNING');
        expect(await workflow.count(`BezelStatus = 'PRICED'`)).toMatchObject({ count: 1 });
      });
    },
    PATIENCE,
  );
});
