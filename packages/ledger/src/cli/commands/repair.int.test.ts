import { randomUUID } from 'node:crypto';
import { createNamespace } from '@bezel/local/testing';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { Evidence, ViewRow } from '../../account/evidence.ts';
import { orderctlOn, type RunAround } from '../../testing/orderctl-on.ts';
import { fill } from '../../testing/plantings.ts';
import { openDoor } from '../../testing/shop-door.ts';
import { Stage } from '../../testing/stage.ts';

jest.setTimeout(120_000);

const SECRET = 'a-secret-that-nobody-prints';
let stage: Stage;
let shop: Awaited<ReturnType<typeof openDoor>>;
beforeAll(async () => {
  stage = await Stage.set({ namespace: await createNamespace() });
  shop = await openDoor();
});
beforeEach(() => shop.forget());
afterAll(async () => {
  await shop?.close();
  await stage?.[Symbol.asyncDispose]();
});

async function orderctl(line: string, { env = {}, ...around }: RunAround = {}) {
  const door = {
    ...{ SHOP_URL: shop.url, REPAIR_TOKEN_URL: `${shop.url}/token` },
    ...{ REPAIR_CLIENT_ID: 'admin', REPAIR_CLIENT_SECRET: SECRET },
  };
  const said = await orderctlOn(stage, line, { env: { ...door, ...env }, ...around });
  expect(said.out + said.err).not.toContain(SECRET);
  return said;
}

/** An order that came to PACKED half an hour ago, changed in what is known of it. */
async function ordered(change: (evidence: Evidence[]) => Evidence[] = (evidence) => evidence): Promise<string> {
  const orderId = randomUUID();
  await fill(stage, orderId, { before: change });
  return orderId;
}

/** The CRM took a move and does not show it. */
const swallowed = () =>
  ordered((evidence) =>
    evidence.filter((item) => !(item.source === 'view' && item.hop === 'crm.projection' && /^4 /.test(item.state))),
  );
const show = (orderId: string) =>
  stage.query(
    'crm',
    `INSERT INTO ledger.crm_projection SELECT $1, 'crm.projection', NULL, '4 IN_MANUFACTURING', now()`,
    [orderId],
  );

test('an order that lacks nothing: 0, and nobody is asked, nor signed in', async () => {
  const orderId = await ordered();
  const env = { REPAIR_TOKEN_URL: 'http://127.0.0.1:1/' };
  expect(await orderctl(`repair ${orderId}`, { env })).toEqual({
    ...{ code: 0, err: '' },
    out: `${orderId}: nothing is to be repaired\n`,
  });
});

test('a dry run prints the plan, exits 1 and asks for nothing', async () => {
  const orderId = await swallowed();
  const { code, out } = await orderctl(`repair ${orderId} --dry-run --json`);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    ...{ ok: false, orderId, dryRun: true, byHand: [], asked: [] },
    repairs: [{ kind: 'project-again', because: 'move 4 to IN_MANUFACTURING was taken and is not shown' }],
  });
  const text = await orderctl(`repair ${orderId} --dry-run`);
  expect(text.out).toContain('Dry run: nothing was asked for.');
  expect(shop.knocks).toEqual([]);
});

test('what is safe is asked for with the event of the topic, and the order is audited again', async () => {
  const orderId = await swallowed();
  shop.how.carryOut = async () => {
    await show(orderId);
    return { state: 'done', outcome: 'the CRM is asked to enter the move' };
  };
  const { code, out } = await orderctl(`repair ${orderId} --json`);
  expect({ code, ...JSON.parse(out) }).toMatchObject({
    ...{ code: 0, ok: true, left: [], byHand: [] },
    asked: [{ kind: 'project-again', state: 'done' }],
  });
  expect(shop.knocks).toEqual([
    {
      key: expect.stringMatching(/^repair-[\w-]{43}$/),
      authorization: 'Bearer admin',
      body: {
        ...{ kind: 'project-again', messageId: expect.any(String), reason: expect.stringMatching(/^orderctl: move 4/) },
        event: { type: 'shop.order-status-changed', data: expect.objectContaining({ orderId, seq: 4 }) },
      },
    },
  ]);
  expect(await orderctl(`repair ${orderId}`)).toMatchObject({ code: 0, out: expect.stringContaining('nothing is to') });
  expect(shop.knocks).toHaveLength(1);
});

test.each([
  ['the shop has itself, by its message alone', 'shop', 'shop.orders shop.delivery-confirmed', undefined],
  ['the MES told, with its event', 'mes', 'mes.work-orders mes.work-order-shipped', 'mes.work-order-shipped'],
] as const)('a fact that %s, is asked to be told again', async (_, app, written, event) => {
  const messageId = randomUUID();
  const orderId = await ordered((evidence) => {
    const row = evidence.find((item) => item.source === 'view' && item.hop === 'shop.order') as ViewRow;
    const type = written.split(' ')[1] ?? '';
    const copy = { orderId: row.orderId, messageId, type, partition: 0, offset: 9_000n, at: row.at };
    return [
      ...evidence,
      { ...row, hop: `${app}.outbox`, messageId, state: `3/9000 ${written}` },
      { ...row, hop: 'shop.inbox', messageId, state: 'shop.orchestrator' },
      { source: 'topic', hop: `${app}.topic`, ...copy },
    ];
  });
  shop.how.carryOut = async () => {
    await stage.query(
      'shop',
      `INSERT INTO ledger.shop_history SELECT $1, 'shop.history', $2, 'refused shipped', now()`,
      [orderId, messageId],
    );
    return { state: 'done', outcome: 'the workflow was told again' };
  };
  const { out } = await orderctl(`repair ${orderId} --json`);
  expect(shop.knocks.map(({ body }) => body)).toEqual([
    {
      ...{ kind: 'tell-fact', messageId, reason: expect.stringContaining('neither moved the order nor was refused') },
      ...(event === undefined ? {} : { event: { type: event, data: { orderId } } }),
    },
  ]);
  expect(JSON.parse(out).asked).toEqual([expect.objectContaining({ kind: 'tell-fact', messageId, state: 'done' })]);
});

test('the same repair of the same evidence is one, asked again or by somebody else; what is not carried out in time is left', async () => {
  const orderId = await swallowed();
  const asks = (client: string) =>
    orderctl(`repair ${orderId} --wait 1s --json`, { env: { REPAIR_CLIENT_ID: client } });
  const answers = await Promise.all([asks('ada'), asks('ada'), asks('bob')]);
  expect(answers.map(({ code }) => code)).toEqual([1, 1, 1]);
  expect(shop.knocks.map(({ authorization }) => authorization).sort()).toEqual([
    ...['Bearer ada', 'Bearer ada', 'Bearer bob'],
  ]);
  const keysOf = (client: string) =>
    new Set(shop.knocks.flatMap(({ authorization, key }) => (authorization === `Bearer ${client}` ? [key] : [])));
  expect(keysOf('ada').size).toBe(1);
  expect(new Set(answers.map(({ out }) => JSON.parse(out).asked[0].id)).size).toBe(1);
  expect(JSON.parse(answers[0].out)).toMatchObject({
    ...{ ok: false, asked: [{ state: 'asked' }], left: [{ hop: 'crm.projection', kind: 'lost' }] },
  });
  const text = await orderctl(`repair ${orderId} --wait 0s`);
  expect(text).toMatchObject({ code: 1, out: expect.stringContaining('may still come to be') });
});

test('what is refused there is not waited for', async () => {
  const orderId = await swallowed();
  shop.how.carryOut = async () => ({ state: 'refused', outcome: 'the order never made the move' });
  const { code, out } = await orderctl(`repair ${orderId}`);
  expect(code).toBe(1);
  expect(out).toContain('project-again: refused: the order never made the move');
  expect(out).toContain(`left: lost at crm.projection`);
  // Somebody mends what stood in its way: it can be asked for again.
  await orderctl(`repair ${orderId}`);
  expect(new Set(shop.knocks.map(({ key }) => key)).size).toBe(2);
});

test('what nothing repairs says why a person must look, and nobody is asked', async () => {
  const orderId = await ordered((evidence) =>
    evidence.map((item) =>
      item.source === 'view' && item.hop === 'shop.order' ? ({ ...item, state: 'SHIPPED' } as Evidence) : item,
    ),
  );
  const { code, out } = await orderctl(`repair ${orderId}`);
  expect(code).toBe(1);
  expect(out).toContain('by hand, at shop.history');
  expect(out).toContain('Somebody wrote behind the workflow’s back.');
  expect(shop.knocks).toEqual([]);
});

test.each([
  ['a caller without the role', { refuses: { status: 403, code: 'forbidden' } }, {}, 'repairs are for administrators'],
  ['a shop that is away', {}, { SHOP_URL: 'http://127.0.0.1:1' }, 'does not answer'],
  ['an identity provider that is away', {}, { REPAIR_TOKEN_URL: 'http://127.0.0.1:1/' }, 'nobody is signed in'],
])('%s: 5, the plan, and what is wrong', async (_, how, env, words) => {
  const orderId = await swallowed();
  Object.assign(shop.how, how);
  const { code, out, err } = await orderctl(`repair ${orderId}`, { env });
  expect({ code, err }).toEqual({ code: 5, err: expect.stringContaining(words) });
  expect(err).not.toContain('Nothing is known');
  expect(out).toMatch(/^project-again of message \S+: not asked for$/m);
  expect(out).toContain('left: lost at crm.projection');
  expect(shop.knocks).toEqual([]);
  const asJson = await orderctl(`repair ${orderId} --json`, { env });
  const error = { code: expect.any(String), message: expect.stringContaining(words) };
  expect(JSON.parse(asJson.err)).toEqual({ error });
  expect(JSON.parse(asJson.out)).toMatchObject({
    ...{ ok: false, orderId, dryRun: false, repairs: [{ kind: 'project-again' }] },
    ...{ asked: [{ kind: 'project-again', messageId: expect.any(String), error }], left: [{ hop: 'crm.projection' }] },
  });
});

test('a door that is gone after the first of several repairs: 5, and what was asked for is told', async () => {
  const orderId = await ordered((evidence) =>
    evidence.filter((item) => !(item.source === 'view' && item.hop === 'crm.projection' && /^[45] /.test(item.state))),
  );
  shop.how.carryOut = async () => {
    shop.how.refuses = { status: 503, code: 'busy' };
    return {};
  };
  const { code, out, err } = await orderctl(`repair ${orderId} --json`);
  expect(code).toBe(5);
  expect(JSON.parse(err).error).toEqual({ code: 'busy', message: expect.stringContaining('refuses') });
  const { ok, repairs, asked } = JSON.parse(out);
  expect({ ok, repairs: repairs.length, asked }).toEqual({
    ...{ ok: false, repairs: 2 },
    asked: [
      expect.objectContaining({ state: 'asked', messageId: repairs[0].messageId }),
      expect.objectContaining({ messageId: repairs[1].messageId, error: JSON.parse(err).error }),
    ],
  });
  expect(shop.knocks).toHaveLength(1);
});

test('the door and who asks at it are named together: 5 and the plan; an order nobody knows is told from one that lacks nothing', async () => {
  const orderId = await swallowed();
  const env = { REPAIR_CLIENT_SECRET: '' };
  const { code, out, err } = await orderctl(`repair ${orderId}`, { env });
  expect({ code, err }).toEqual({
    code: 5,
    err: expect.stringMatching(/REPAIR_CLIENT_SECRET is not set.*\(door_unknown\)\n$/),
  });
  expect(out).toContain('project-again of message');
  const asJson = await orderctl(`repair ${orderId} --json`, { env });
  expect(JSON.parse(asJson.err).error.code).toBe('door_unknown');
  expect(JSON.parse(asJson.out)).toMatchObject({ ok: false, repairs: [{ kind: 'project-again' }], asked: [] });
  expect(await orderctl(`repair ${randomUUID()}`)).toMatchObject({ code: 4 });
  expect(await orderctl('repair')).toMatchObject({ code: 2 });
});

test('told to end while it waits: 130', async () => {
  const orderId = await swallowed();
  const ending = new AbortController();
  shop.how.onList = () => {
    if (shop.knocks.length > 0) ending.abort(new Error('ended'));
  };
  expect(await orderctl(`repair ${orderId}`, { signal: ending.signal })).toEqual({
    ...{ code: 130, out: '' },
    err: 'orderctl: ended before it was done (interrupted)\n',
  });
  expect(shop.knocks).toHaveLength(1);
});
