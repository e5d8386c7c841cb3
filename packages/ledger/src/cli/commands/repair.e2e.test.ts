import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readStack, type StackFile } from '@bezel/local';
import { type RunningStart, runStart, type StackState, temporaryStackState, waitFor } from '@bezel/local/testing';
import { workflowIdOf } from '@bezel/order-workflow';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Admin } from '@platformatic/kafka';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import type { OrderAccount } from '../../account/order-account.ts';
import { AT_REST_LIMITS } from '../../audit/limits.ts';
import { auditStack } from '../../audit-stack.ts';
import { signedIn } from '../../repair/asking/sign-in.ts';
import { ORDER_TOPICS } from '../../sources/topics/copy-of.ts';
import { runOrderctl } from '../../testing/orderctl-on.ts';

jest.setTimeout(300_000);

// biome-ignore lint/suspicious/noExplicitAny: what a door answers is what the test is about
type Body = any;

let state: StackState;
let start: RunningStart;
let stack: StackFile;
let orderId: string;
beforeAll(async () => {
  state = temporaryStackState();
  start = runStart(state.path, { args: ['--empty'] });
  stack = await start.ready;
  orderId = await approved();
});
afterAll(async () => {
  await start?.[Symbol.asyncDispose]();
  await state?.[Symbol.asyncDispose]();
});

const patience = { deadlineMs: 90_000 };
type Person = 'customer' | 'operator' | 'admin';

async function ask(as: Person, door: 'shop' | 'mes', path: string, body?: FormData | object): Promise<Body> {
  const { token, clients } = stack.servers.identity;
  const form = body instanceof FormData;
  const answer = await fetch(`${stack.urls[door]}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: await signedIn({ tokenUrl: token, ...clients[as] })(),
      'idempotency-key': randomUUID(),
      ...(body === undefined || form ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** A cube of 10 mm, as a binary STL. */
function cube(): Uint8Array<ArrayBuffer> {
  const corner = (n: number): number[] => [(n & 1) * 10, ((n >> 1) & 1) * 10, ((n >> 2) & 1) * 10];
  // Every face turns its front outwards.
  const faces = '023 031 457 476 015 054 267 273 046 062 137 175'.split(' ').map((face) => [...face].map(Number));
  const file = Buffer.alloc(84 + faces.length * 50);
  file.writeUInt32LE(faces.length, 80);
  for (const [n, face] of faces.entries()) {
    for (const [at, value] of face.flatMap(corner).entries()) file.writeFloatLE(value, 84 + n * 50 + 12 + at * 4);
  }
  return new Uint8Array(file);
}

async function approved(): Promise<string> {
  const form = new FormData();
  form.set('metal', 'silver-925');
  form.set('model', new Blob([cube()]), 'cube.stl');
  const { id } = await ask('customer', 'shop', '/v1/orders', form);
  const reached = (status: string) =>
    waitFor(status, async () => (await ask('customer', 'shop', `/v1/orders/${id}`)).status === status, patience);
  await reached('PRICED');
  await ask('customer', 'shop', `/v1/orders/${id}/accept`, {});
  await reached('APPROVED');
  await waitFor('all to be where it belongs', async () => (await dryRun(id)).code === 0, patience);
  return id;
}

const orderctl = (line: string, env: NodeJS.ProcessEnv = {}) =>
  runOrderctl(line, { env: { BEZEL_STATE: state.path, ...env } });
const dryRun = (id: string) => orderctl(`repair ${id} --at-rest --dry-run --json`);
const repair = (id: string) => orderctl(`repair ${id} --at-rest --wait 3m --json`);
const kinds = (out: string): string[] => [...new Set<string>(JSON.parse(out).repairs.map(({ kind }: Body) => kind))];

/** As the owner of an app's tables, who may do what nobody should. */
const asOwner = (app: 'shop' | 'mes' | 'crm', sql: string, params: unknown[] = []): Promise<Body[]> =>
  asLogin(`${app}_owner`, { app, sql, params });

/** As who may pass over the constraints, too: they are triggers, and replication fires none. */
const asSuperuser = (sql: string, params: unknown[]): Promise<Body[]> =>
  asLogin('postgres', { app: 'shop', sql, params, options: '-c session_replication_role=replica' });

interface Statement {
  readonly app: 'shop' | 'mes' | 'crm';
  readonly sql: string;
  readonly params: unknown[];
  readonly options?: string;
}

async function asLogin(login: string, { app, sql, params, options = '' }: Statement): Promise<Body[]> {
  const secrets = JSON.parse(readFileSync(join(state.path, 'secrets.json'), 'utf8'));
  const url = new URL(stack.servers.postgres[app]);
  [url.username, url.password] = [login, secrets[login]];
  const client = new pg.Client({ connectionString: url.href, options });
  await client.connect();
  try {
    return (await client.query(sql, params)).rows;
  } finally {
    await client.end();
  }
}

async function accountOf(id: string): Promise<OrderAccount> {
  const { postgres, kafka, temporal } = stack.servers;
  const audited = { postgres: postgres.audit, kafka: kafka.brokers, temporal };
  for await (const { account } of auditStack(audited, { orderIds: [id], limits: AT_REST_LIMITS })) return account;
  throw new Error('nobody knows the order');
}
const movesShown = async () => {
  const { projected, board } = await accountOf(orderId);
  return [...projected, ...board].map(({ seq, to }) => `${seq} ${to}`);
};
const repairsOf = async (): Promise<Body[]> =>
  (await ask('admin', 'shop', `/v1/operations/orders/${orderId}/repairs`)).items;

async function deleteFromTopics(): Promise<void> {
  const admin = new Admin({ clientId: 'repair-test', bootstrapBrokers: [...stack.servers.kafka.brokers] });
  try {
    for (const { hop, partition, offset } of (await accountOf(orderId)).copies) {
      const partitions = [{ partition, offset: offset + 1n }];
      await admin.deleteRecords({ topics: [{ name: ORDER_TOPICS[hop], partitions }] });
    }
  } finally {
    await admin.close();
  }
}

async function terminate(): Promise<void> {
  const { address, namespace } = stack.servers.temporal;
  const connection = await Connection.connect({ address });
  try {
    await new Client({ connection, namespace }).workflow.getHandle(workflowIdOf(orderId)).terminate('by hand');
  } finally {
    await connection.close();
  }
}

/** What is planted into the order, and what repairs it. */
const PLANTED: readonly { readonly name: string; readonly by: string; readonly plant: () => Promise<unknown> }[] = [
  {
    name: 'all its messages, of the shop and of the MES, deleted from their topics',
    by: 'publish-again',
    plant: deleteFromTopics,
  },
  {
    name: 'a move that the CRM never took',
    by: 'publish-again',
    plant: async () => {
      const [{ message_id: id }] = await asOwner(
        'crm',
        'DELETE FROM order_move WHERE order_id = $1 AND seq = 3 RETURNING message_id',
        [orderId],
      );
      await asOwner('crm', 'DELETE FROM outbox.inbox WHERE id = $1', [id]);
    },
  },
  {
    name: 'moves that the CRM took and does not show',
    by: 'project-again',
    plant: () => asOwner('crm', 'DELETE FROM order_move WHERE order_id = $1 AND seq IN (0, 2)', [orderId]),
  },
  {
    name: 'a move that the board of the MES took and does not show',
    by: 'project-again',
    plant: () => asOwner('mes', `UPDATE order_status SET seq = 1, status = 'PRICING' WHERE order_id = $1`, [orderId]),
  },
  { name: 'a workflow terminated by hand', by: 'run-workflow', plant: terminate },
];

describe('what is planted is found, repaired and repaired once', () => {
  test.each(PLANTED)('$name', async ({ by, plant }) => {
    const shown = await movesShown();
    const before = await repairsOf();
    await plant();

    const planned = await waitFor(
      'the audit to find it',
      async () => {
        const found = await dryRun(orderId);
        return found.code === 1 && found;
      },
      patience,
    );
    expect(kinds(planned.out)).toEqual([by]);
    expect(await repairsOf()).toEqual(before);

    // Two administrators at once.
    const both = await Promise.all([repair(orderId), repair(orderId)]);
    for (const { code, out, err } of both) {
      expect({ err, ...JSON.parse(out) }).toMatchObject({ ok: true, left: [] });
      expect(code).toBe(0);
    }
    expect(await movesShown()).toEqual(shown);
    const { repairs } = JSON.parse(planned.out);
    const done = (await repairsOf()).slice(before.length);
    const named = (all: Body[]) => new Set(all.map(({ kind, messageId }) => `${kind} ${messageId ?? ''}`));
    expect(named(done)).toEqual(named(repairs));
    expect(done.filter(({ state }) => state !== 'done' && state !== 'needless')).toEqual([]);

    // Again: needless.
    expect(await repair(orderId)).toMatchObject({ code: 0, out: expect.stringContaining('"repairs":[]') });
    expect(await repairsOf()).toHaveLength(before.length + done.length);
    const { items } = await ask('operator', 'shop', `/v1/orders/${orderId}/history`);
    expect(items.filter(({ kind }: Body) => kind === 'repaired')).toHaveLength(before.length + done.length);
  });

  test('and the order goes on', async () => {
    const { items } = await ask('operator', 'mes', `/v1/work-orders?orderId=${orderId}`);
    for (const step of ['claim', 'start']) await ask('operator', 'mes', `/v1/work-orders/${items[0].id}/${step}`, {});
    const now = async () => (await ask('customer', 'shop', `/v1/orders/${orderId}`)).status;
    await waitFor('the order to be made', async () => (await now()) === 'IN_MANUFACTURING', patience);
    await waitFor('all to be where it belongs', async () => (await dryRun(orderId)).code === 0, patience);
  });
});

test('who is no administrator is refused, with what to do about it, and nothing is asked for', async () => {
  await asOwner('crm', 'DELETE FROM order_move WHERE order_id = $1 AND seq = 1', [orderId]);
  const before = await repairsOf();
  const { token, clients } = stack.servers.identity;
  const { clientId, clientSecret } = clients.operator;
  const { code, out, err } = await orderctl(`repair ${orderId} --at-rest`, {
    ...{ SHOP_URL: stack.urls.shop, REPAIR_TOKEN_URL: token },
    ...{ REPAIR_CLIENT_ID: clientId, REPAIR_CLIENT_SECRET: clientSecret },
  });
  expect({ code, out }).toEqual({
    code: 5,
    out: expect.stringMatching(/^project-again of message \S+: not asked for$/m),
  });
  expect(err).toContain('repairs are for administrators (role "admin")');
  expect(err).not.toContain(clientSecret);
  expect(await repairsOf()).toEqual(before);
  expect(await repair(orderId)).toMatchObject({ code: 0 });
});

test('the reconciler finds by itself what nobody asked about, has it repaired once, and counts nothing any more', async () => {
  const shown = await movesShown();
  const before = await repairsOf();
  await asOwner('crm', 'DELETE FROM order_move WHERE order_id = $1 AND seq = 2', [orderId]);
  // Whoever takes over looks at every order first. The next pass of this one may be ten minutes away.
  const { processes } = readStack(join(state.path, 'stack.json'));
  const reconciler = processes.find(({ name }) => name === 'reconciler');
  process.kill(reconciler?.pid ?? Number.NaN, 'SIGKILL');
  await waitFor('the move to be shown again', async () => (await movesShown()).join() === shown.join(), patience);
  expect((await repairsOf()).slice(before.length)).toMatchObject([
    { kind: 'project-again', state: 'done', reason: expect.stringMatching(/^reconciler: /) },
  ]);
  const unaccounted = async (): Promise<string[]> => {
    const metrics = await (await fetch(`${reconciler?.urls?.['management']}/metrics`)).text();
    return metrics.split('\n').filter((line) => line.startsWith('order_unaccounted{'));
  };
  const found = await waitFor(
    'it to say so',
    async () => {
      const lines = await unaccounted();
      return lines.length > 0 && lines.every((line) => line.endsWith(' 0')) && lines;
    },
    patience,
  );
  expect(found.join()).toContain('crm.projection');
  expect((await repairsOf()).length).toBe(before.length + 1);
});

describe('what somebody does to an order in the database is found at its hop, and left to people', () => {
  test.each([
    [
      'a status changed behind the workflow’s back',
      `UPDATE orders SET status = 'PACKED' WHERE id = $1`,
      { hop: 'shop.history', words: 'the order is PACKED, its last move led to APPROVED' },
      'Somebody wrote behind the workflow’s back.',
    ],
    [
      'an order’s row removed',
      'DELETE FROM orders WHERE id = $1',
      { hop: 'shop.order', words: 'messages or moves of it exist, the order does not' },
      'Restore the row from a backup',
    ],
  ])('%s', async (_, sql, { hop, words }, remedy) => {
    const id = await approved();
    await asSuperuser(sql, [id]);

    const all = await orderctl('audit --json');
    const { ok, unaccounted } = JSON.parse(all.out);
    expect({ code: all.code, ok }).toEqual({ code: 1, ok: false });
    expect(unaccounted.byHop).toMatchObject({ [hop]: 1 });
    const shown = unaccounted.shown.find((order: Body) => order.orderId === id);
    expect(shown.findings[0]).toMatchObject({ kind: 'lost', hop, detail: words });

    const one = await orderctl(`audit --order ${id}`);
    expect(one).toMatchObject({ code: 1, out: expect.stringContaining(`lost at ${hop}`) });
    const repaired = await orderctl(`repair ${id} --dry-run`);
    expect(repaired).toMatchObject({ code: 1, out: expect.stringContaining(`by hand, at ${hop}`) });
    expect(repaired.out).toContain(remedy);
  });
});
