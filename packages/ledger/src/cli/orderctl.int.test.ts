import { randomUUID } from 'node:crypto';
import { createNamespace, waitFor } from '@bezel/local/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Admin } from '@platformatic/kafka';
import pg from 'pg';
import type { Evidence, ViewRow } from '../account/evidence.ts';
import type { Hop } from '../account/hops.ts';
import type { Finding } from '../audit/finding.ts';
import { connectReadOnly } from '../sources/connection.ts';
import { lockedOut } from '../testing/locked-out.ts';
import { LIFE_BEGINS, type LifePlan } from '../testing/order-life.ts';
import { orderctlOn, type RunAround } from '../testing/orderctl-on.ts';
import { life, Stage } from '../testing/stage.ts';
import { WhyAnswer } from '../why/answer.ts';

jest.setTimeout(120_000);

const MINUTE = 60_000;
let stage: Stage;
let namespace: string;
beforeAll(async () => {
  namespace = await createNamespace();
  stage = await Stage.set({ namespace });
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
});

const orderctl = (line: string, { on = stage, ...around }: RunAround & { readonly on?: Stage } = {}) =>
  orderctlOn(on, line, around);

/** A life that came to PACKED half an hour ago, long past what any hop may take, within what the stage may. */
const packed = (orderId: string, plan: Partial<LifePlan> = {}, began = Date.now() - 30 * MINUTE): Evidence[] =>
  life(orderId, { repeatsFrom: [], claimed: false, ...plan }).map(
    (item) => ({ ...item, at: 'at' in item ? item.at - LIFE_BEGINS + began : 0 }) as Evidence,
  );

const isRow = (item: Evidence, hop: string, state: RegExp): item is ViewRow =>
  item.source === 'view' && item.hop === hop && state.test(item.state);

const idOf = (evidence: readonly Evidence[], hop: string, state: RegExp): string | null | undefined =>
  evidence.find((item): item is ViewRow => isRow(item, hop, state))?.messageId;

/** What is planted: a change of what is written down or sent, before or after the order is there. */
interface Planted {
  readonly name: string;
  readonly hop: Hop;
  readonly plan?: Partial<LifePlan>;
  readonly before?: (evidence: Evidence[]) => Evidence[];
  readonly after?: (on: Stage, orderId: string) => Promise<unknown>;
}

const moved = /order-status-changed/;
const without = (evidence: Evidence[], gone: (item: Evidence) => boolean): Evidence[] =>
  evidence.filter((item) => !gone(item));

/** One more message, of the shop's own or of the MES, that the shop has taken. */
function takenByTheShop(evidence: Evidence[], app: 'shop' | 'mes', type: string): Evidence[] {
  const [order] = evidence.filter((item) => isRow(item, 'shop.order', /./)) as [ViewRow];
  const { orderId, at } = order;
  const messageId = randomUUID();
  const topic = app === 'shop' ? 'shop.orders' : 'mes.work-orders';
  return [
    ...evidence,
    { ...order, hop: `${app}.outbox`, messageId, state: `3/9000 ${topic} ${type}` },
    { ...order, hop: 'shop.inbox', messageId, state: 'shop.orchestrator' },
    { source: 'topic', orderId, hop: `${app}.topic`, messageId, type, partition: 0, offset: 9_000n, at },
  ];
}

const PLANTED: readonly Planted[] = [
  {
    name: 'a status changed behind the workflow’s back',
    hop: 'shop.history',
    after: (on, id) => on.query('shop', `UPDATE ledger.shop_order SET state = 'SHIPPED' WHERE order_id = $1`, [id]),
  },
  {
    name: 'an outbox row never published',
    hop: 'shop.topic',
    before: (evidence) => {
      const lost = idOf(evidence, 'shop.outbox', moved);
      const taken = (item: Evidence) =>
        item.source === 'view' && item.hop.endsWith('.inbox') && item.messageId === lost;
      return without(evidence, (item) => taken(item) || (item.source === 'topic' && item.messageId === lost));
    },
  },
  {
    name: 'an inbox row without its effect',
    hop: 'crm.projection',
    after: (on, id) =>
      on.query('crm', `DELETE FROM ledger.crm_projection WHERE order_id = $1 AND state LIKE '4 %'`, [id]),
  },
  {
    name: 'an inbox row without its effect, at the board of the MES',
    hop: 'mes.board',
    after: (on, id) => on.query('mes', `DELETE FROM ledger.mes_board WHERE order_id = $1`, [id]),
  },
  {
    name: 'an inbox row without its effect, at the late marks of the MES',
    hop: 'mes.late-mark',
    plan: { lateAfter: 6 },
    after: (on, id) => on.query('mes', `DELETE FROM ledger.mes_late_mark WHERE order_id = $1`, [id]),
  },
  {
    name: 'an inbox row without its effect, at the delays of the CRM',
    hop: 'crm.delay',
    after: (on, id) => on.query('crm', `DELETE FROM ledger.crm_delay WHERE order_id = $1`, [id]),
  },
  {
    name: 'a customer who was not told of a delay',
    hop: 'crm.delay',
    after: (on, id) => on.query('crm', `UPDATE ledger.crm_delay SET state = '4 late' WHERE order_id = $1`, [id]),
  },
  {
    name: 'a row of sales that the moves beside it contradict',
    hop: 'crm.order',
    after: (on, id) =>
      on.query('crm', `UPDATE ledger.crm_order SET state = '5 MANUFACTURING_COMPLETED' WHERE order_id = $1`, [id]),
  },
  {
    name: 'a projection that missed an event',
    hop: 'crm.inbox',
    before: (evidence) => {
      const missed = idOf(evidence, 'shop.outbox', moved);
      return without(
        evidence,
        (item) =>
          (item.source === 'view' && item.hop === 'crm.inbox' && item.messageId === missed) ||
          isRow(item, 'crm.projection', /^1 /),
      );
    },
  },
  {
    name: 'a fact taken that the workflow was never told',
    hop: 'workflow',
    before: (evidence) => takenByTheShop(evidence, 'shop', 'shop.delivery-confirmed'),
  },
  {
    name: 'an inbox row without its effect, at what the shop shows of a cancellation',
    hop: 'shop.cancellation',
    before: (evidence) => takenByTheShop(evidence, 'mes', 'mes.withdrawal-failed'),
  },
  {
    name: 'an order row removed',
    hop: 'shop.order',
    after: (on, id) => on.query('shop', 'DELETE FROM ledger.shop_order WHERE order_id = $1', [id]),
  },
];

async function fill(
  on: Stage,
  orderId: string,
  { plan, before, after }: Partial<Planted> = {},
  began?: number,
): Promise<void> {
  const evidence = packed(orderId, plan, began);
  await on.fill(before?.(evidence) ?? evidence);
  await on.startWorkflow(orderId);
  await after?.(on, orderId);
}

describe('orderctl audit', () => {
  const healthy = [randomUUID(), randomUUID()];
  const broken = PLANTED.map((planted) => ({ ...planted, orderId: randomUUID() }));

  test('finds each thing that was planted, at its hop, and exits 1', async () => {
    for (const orderId of healthy) await fill(stage, orderId);
    for (const { orderId, ...planted } of broken) await fill(stage, orderId, planted);
    const { code, out } = await orderctl('audit --json');
    const found = JSON.parse(out);
    expect(code).toBe(1);
    const hops = new Map(
      found.unaccounted.shown.map((each: { orderId: string; findings: { hop: string }[] }) => [
        each.orderId,
        each.findings[0]?.hop,
      ]),
    );
    expect(broken.map(({ name, orderId }) => ({ name, hop: hops.get(orderId) }))).toEqual(
      broken.map(({ name, hop }) => ({ name, hop })),
    );
    expect(found).toMatchObject({ ok: false, orders: 2 + broken.length, accounted: 2 });
    expect(found.unaccounted.byHop).toMatchObject({ workflow: 1, 'shop.order': 1 });

    const text = await orderctl('audit --limit 3');
    expect(text).toMatchObject({
      code: 1,
      out: expect.stringContaining(`${found.orders} orders: ${broken.length} UNACCOUNTED`),
    });
    expect(text.out).toContain(`… and ${broken.length - 3} more unaccounted orders`);
  });

  test('one order: its whole account, as a table and as JSON; 0 when all of it is accounted for', async () => {
    const [orderId] = healthy as [string];
    const json = await orderctl(`audit --order ${orderId} --json`);
    expect(json.code).toBe(0);
    const { ok, account } = JSON.parse(json.out);
    expect(ok).toBe(true);
    expect(account.entries).toContainEqual(
      expect.objectContaining({ hop: 'shop.history', what: 'move 6 to PACKED', at: expect.stringMatching(/Z$/) }),
    );
    expect(new Set(account.entries.map(({ hop }: { hop: string }) => hop)).size).toBe(16);
    const text = await orderctl(`audit --order ${orderId.toUpperCase()}`);
    expect(text.out).toMatch(/^workflow .* started; now RUNNING$/m);
    expect(text.out).toMatch(/1 order: all accounted for\n$/);
    const gone = broken.find(({ hop }) => hop === 'shop.order');
    expect(await orderctl(`audit --order ${gone?.orderId}`)).toMatchObject({
      code: 1,
      out: expect.stringContaining('lost at shop.order'),
    });
  });

  test('one order: what its workflow was told, by message and time, as far as Temporal has it and it can be read', async () => {
    const orderId = randomUUID();
    const evidence = packed(orderId);
    await stage.fill(evidence);
    await stage.startWorkflow(orderId);
    const facts = [idOf(evidence, 'shop.outbox', /price-accepted/), idOf(evidence, 'mes.outbox', /work-order-packed/)];
    const began = Date.now();
    for (const messageId of facts) await stage.signal(orderId, messageId ?? '');
    await stage.continueAsNew(orderId);

    const { code, out } = await orderctl(`audit --order ${orderId} --json`);
    const { entries, findings } = JSON.parse(out).account;
    const told = entries.filter(
      ({ hop, what }: { hop: string; what: string }) => hop === 'workflow' && /^told/.test(what),
    );
    expect({ code, findings: findings.filter(({ kind }: Finding) => kind !== 'on-its-way') }).toEqual({
      code: 0,
      findings: [],
    });
    expect(told).toEqual(
      facts.map((messageId) => ({
        ...{ hop: 'workflow', messageId, what: expect.stringMatching(/^told delivered, event \d+$/) },
        at: expect.stringMatching(/Z$/),
      })),
    );
    for (const { at } of told) expect(Math.abs(Date.parse(at) - began)).toBeLessThan(MINUTE);
    for (const messageId of facts) {
      const text = await orderctl(`audit --order ${orderId}`);
      expect(text.out).toMatch(new RegExp(`^workflow .* told delivered, event \\d+ +${messageId}$`, 'm'));
    }

    const other = `other:${Buffer.alloc(32).toString('base64')}`;
    const locked = await orderctl(`audit --order ${orderId}`, { env: { TEMPORAL_PAYLOAD_KEYS: other } });
    expect(locked).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^workflow .* what it was told cannot be read: .*"audited"/m),
    });
  });

  test('one order, so old that Temporal has forgotten its workflow: nothing is shown of that, and nothing is wrong', async () => {
    const orderId = randomUUID();
    const began = Date.now() - 5 * 24 * 60 * MINUTE;
    await stage.fill(
      life(orderId, { steps: 8, repeatsFrom: [], claimed: false }).map(
        (item) => ({ ...item, at: 'at' in item ? item.at - LIFE_BEGINS + began : 0 }) as Evidence,
      ),
    );
    const { code, out } = await orderctl(`audit --order ${orderId} --json`);
    const { entries, findings } = JSON.parse(out).account;
    expect({ code, findings }).toEqual({ code: 0, findings: [] });
    expect(entries.length).toBeGreaterThan(20);
    expect(entries.filter(({ hop }: { hop: string }) => hop === 'workflow')).toEqual([]);
  });

  test('what is young is on its way, and is not once the system rests', async () => {
    const orderId = randomUUID();
    const began = Date.now() - 20_000; // its moves are told to be a second apart, its last ones just now
    await fill(
      stage,
      orderId,
      { before: (evidence) => without(evidence, (item) => item.source === 'view' && item.hop === 'crm.inbox') },
      began,
    );
    const young = await orderctl(`audit --order ${orderId} --json`);
    expect(young).toMatchObject({ code: 0 });
    expect(JSON.parse(young.out).onTheirWay).toMatchObject({ orders: 1 });
    expect(await orderctl(`audit --order ${orderId} --at-rest`)).toMatchObject({ code: 1 });
  });

  test('finds a workflow that was terminated by hand, once it has been given its minute', async () => {
    const orderId = randomUUID();
    await fill(stage, orderId);
    expect(await orderctl(`audit --order ${orderId}`)).toMatchObject({ code: 0 });
    await stage.terminate(orderId);
    const young = await orderctl(`audit --order ${orderId} --json`);
    expect(young.code).toBe(0);
    expect(JSON.parse(young.out)).toMatchObject({ onTheirWay: { orders: 1, byHop: { workflow: 1 } } });
    const { code, out } = await orderctl(`audit --order ${orderId} --at-rest --json`);
    expect({ code, byHop: JSON.parse(out).unaccounted.byHop }).toEqual({ code: 1, byHop: { workflow: 1 } });
    expect(out).toContain('its workflow is TERMINATED');
  });

  test('finds a message that was deleted from its topic', async () => {
    await using own = await Stage.set({ namespace: await createNamespace() });
    const orderId = randomUUID();
    await fill(own, orderId);
    expect(await orderctl('audit', { on: own })).toMatchObject({ code: 0 });
    const admin = new Admin({ clientId: 'ledger-test', bootstrapBrokers: [...own.stack.kafka] });
    const name = own.stack.topics?.['shop.topic'] ?? '';
    const partitions = Array.from({ length: 12 }, (_, partition) => ({ partition, offset: 1n }));
    try {
      for (const { partition, offset } of partitions) {
        // Of an empty partition there is nothing to delete.
        await admin.deleteRecords({ topics: [{ name, partitions: [{ partition, offset }] }] }).catch(() => {});
      }
    } finally {
      await admin.close();
    }
    const { code, out } = await orderctl('audit', { on: own });
    expect(code).toBe(1);
    expect(out).toMatch(/lost at shop\.topic.*order-submitted.*is not on the topic/);
  });

  test('tells every unaccounted order, however many there are, and fewer when asked to', async () => {
    await using own = await Stage.set({ namespace: await createNamespace() });
    // Rows of orders, and nothing else of them.
    await own.query(
      'shop',
      `INSERT INTO ledger.shop_order
       SELECT gen_random_uuid(), 'shop.order', NULL, 'PACKED', now() - interval '1 hour' FROM generate_series(1, 150)`,
    );
    const json = await orderctl('audit --json', { on: own });
    const { orders, unaccounted } = JSON.parse(json.out);
    expect({ code: json.code, orders, unaccounted: unaccounted.orders }).toEqual({
      code: 1,
      orders: 150,
      unaccounted: 150,
    });
    expect(new Set(unaccounted.shown.map(({ orderId }: { orderId: string }) => orderId)).size).toBe(150);
    const text = await orderctl('audit', { on: own });
    expect(text.code).toBe(1);
    for (const { orderId, findings } of unaccounted.shown) {
      expect(text.out).toContain(`${orderId}  ${findings[0].kind} at ${findings[0].hop}`);
    }
    expect(text.out).toMatch(/\n150 orders: 150 UNACCOUNTED \([^\n]+\)\n$/);
    const few = await orderctl('audit --json --limit 7', { on: own });
    expect(JSON.parse(few.out).unaccounted).toMatchObject({ orders: 150, shown: { length: 7 } });
  });
});

describe('what cannot be read is never called well', () => {
  const nowhere = '127.0.0.1:1';
  test.each([
    ['Postgres of crm', { CRM_AUDIT_URL: `postgres://auditor:sesame@${nowhere}/crm` }],
    ['Temporal', { TEMPORAL_ADDRESS: nowhere }],
    ['Kafka', { KAFKA_BROKERS: nowhere }],
  ])('%s: exit code 3, the source is named, no password is', async (source, env) => {
    const { code, out, err } = await orderctl('audit', { env });
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain(source);
    expect(err).toContain('no "all is well"');
    expect(err).not.toContain('sesame');
  });

  test('an order that no source knows: 4', async () => {
    expect(await orderctl(`audit --order ${randomUUID()}`)).toMatchObject({ code: 4 });
    expect(await orderctl('audit --order B-2026-999999')).toMatchObject({ code: 4 });
    const orderId = randomUUID();
    expect(await orderctl(`why ${orderId} --json`)).toEqual({
      ...{ code: 4, err: '' },
      out: `${JSON.stringify({ ok: false, unknown: orderId })}\n`,
    });
  });

  test('an order and a time, which it may be older than: 2, and not that nobody knows it', async () => {
    const { code, err } = await orderctl(`audit --order ${randomUUID()} --since 1h`);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('give one of them') });
  });

  test('told to end: 130, and no verdict', async () => {
    const ended = AbortSignal.abort(new Error('ended'));
    expect(await orderctl('audit', { signal: ended })).toEqual({
      code: 130,
      out: '',
      err: 'orderctl: ended before it was done (interrupted)\n',
    });
  });

  const ORDER = '019b8d9c-1111-7000-8000-000000000001';
  test.each([
    ['list', 'shop', 'shop_order_details'],
    ['audit --order B-2026-999999', 'shop', 'shop_order_details'],
    ['why B-2026-999999', 'shop', 'shop_order_details'],
    [`why ${ORDER}`, 'shop', 'shop_order_details'],
    [`why ${ORDER}`, 'mes', 'mes_parked'],
    ['repair B-2026-999999', 'shop', 'shop_order_details'],
    [`repair ${ORDER}`, 'mes', 'mes_parked'],
  ] as const)(
    'told to end while a database does not answer: 130 (%s, which waits for %s: %s)',
    async (line, app, view) => {
      const ending = new AbortController();
      await using frozen = await lockedOut(stage.databases[app].url, `ledger.${view}`);
      const ended = orderctl(line, { signal: ending.signal });
      await waitFor('it to wait', () => frozen.keepsWaiting());
      ending.abort(new Error('ended'));
      expect(await ended).toMatchObject({ code: 130, out: '' });
    },
  );

  test('it cannot write, whatever the login may do', async () => {
    await using superuser = await connectReadOnly(stage.stack.postgres.shop, 'shop');
    await expect(superuser.client.query('DELETE FROM ledger.shop_order')).rejects.toMatchObject({ code: '25006' });
  });

  test('a login that may read the views and nothing else is enough', async () => {
    await using own = await Stage.set({ namespace: await createNamespace() });
    const login = `auditor_${randomUUID().slice(0, 8)}`;
    const urls = { ...own.stack.postgres };
    await own.query('shop', `CREATE ROLE ${login} LOGIN PASSWORD 'x'`);
    for (const app of ['shop', 'mes', 'crm'] as const) {
      await own.query(
        app,
        `GRANT USAGE ON SCHEMA ledger TO ${login}; GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO ${login}`,
      );
      const url = new URL(urls[app]);
      [url.username, url.password] = [login, 'x'];
      urls[app] = url.href;
    }
    try {
      await fill(own, randomUUID());
      const env = { SHOP_AUDIT_URL: urls.shop, MES_AUDIT_URL: urls.mes, CRM_AUDIT_URL: urls.crm };
      expect(await orderctl('audit', { on: own, env })).toMatchObject({ code: 0, err: '' });
      const client = new pg.Client({ connectionString: urls.shop });
      await client.connect();
      await expect(client.query('DELETE FROM ledger.shop_order')).rejects.toMatchObject({ code: '42501' });
      await client.end();
    } finally {
      for (const app of ['shop', 'mes', 'crm'] as const) await own.query(app, `DROP OWNED BY ${login}`);
      await own.query('shop', `DROP ROLE ${login}`);
    }
  });
});

describe('orderctl list and why', () => {
  const [late, parked, priced] = [randomUUID(), randomUUID(), randomUUID()];

  beforeAll(async () => {
    const now = Date.now();
    const rows = [
      {
        id: late,
        number: 'B-2026-000001',
        status: 'PACKED',
        tenant: 'goldsmith',
        late: true,
        deadline: now - 3 * 60 * MINUTE,
      },
      {
        id: parked,
        number: 'B-2026-000002',
        status: 'PACKED',
        tenant: 'public',
        late: false,
        deadline: now + 5 * 60 * MINUTE,
      },
      { id: priced, number: 'B-2026-000003', status: 'PRICED', tenant: 'public', late: false, deadline: null },
    ];
    for (const { id, number, status, tenant, late, deadline } of rows) {
      await stage.query(
        'shop',
        `INSERT INTO ledger.shop_order_details (order_id, number, status, seq, tenant, late, submitted_at, entered_at, stage_deadline)
         VALUES ($1, $2, $3, 6, $4, $5, now() - interval '30 minutes', now() - interval '20 minutes', to_timestamp($6 / 1000.0))`,
        [id, number, status, tenant, late, deadline],
      );
    }
    for (const orderId of [late, parked]) await fill(stage, orderId);
    await stage.query(
      'mes',
      `INSERT INTO ledger.mes_parked VALUES ($1, 'mes.inbox', 'shop.orders', 'mes.board', 'no such column', '42703', 5, 2, now(), false)`,
      [parked],
    );
  });

  const numbers = async (line: string): Promise<string[]> =>
    JSON.parse((await orderctl(`${line} --json`)).out).orders.map(({ number }: { number: string }) => number);

  test('lists by status, lateness and partner', async () => {
    expect((await numbers('list')).sort()).toEqual(['B-2026-000001', 'B-2026-000002', 'B-2026-000003']);
    expect(await numbers('list --late')).toEqual(['B-2026-000001']);
    expect(await numbers('list --status PRICED')).toEqual(['B-2026-000003']);
    expect(await numbers('list --partner goldsmith --status PACKED')).toEqual(['B-2026-000001']);
    const { out } = await orderctl('list --status PACKED --limit 1');
    expect(out).toMatch(/1 order, and there are more \(--limit\)/);
    expect(await orderctl('list --status LOST')).toMatchObject({
      code: 2,
      err: expect.stringContaining('must be one of SUBMITTED'),
    });
  });

  test('why: what it waits for, whose turn it is, how late it is', async () => {
    const { code, out } = await orderctl('why B-2026-000001 --json');
    const answer = WhyAnswer.parse(JSON.parse(out));
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      number: 'B-2026-000001',
      status: 'PACKED',
      accounted: true,
      causes: [],
      unread: [],
    });
    expect(answer.turn).toMatchObject({ owner: 'operators' });
    expect(answer.sla).toMatchObject({ late: true });
    expect(answer.workflow).toMatchObject({ status: 'RUNNING' });
    expect(answer.summary).toContain('it is late by 3 hours');
  });

  test('why: what a consumer has parked, with its error and what repairs it', async () => {
    const { out } = await orderctl(`why ${parked}`);
    expect(out).toContain('last error: no such column (42703)');
    expect(out).toMatch(
      /repair: .* mend what the error names first\. “npm run orderctl -- repair B-2026-000002” asks for it\./,
    );
  });

  test('why: every repair that was asked for, by whom, when, what it does, and how it ended', async () => {
    const [refused, waiting, message] = [randomUUID(), randomUUID(), randomUUID()].sort() as [string, string, string];
    await stage.query(
      'shop',
      `INSERT INTO ledger.shop_repair_details
       (order_id, repair_id, kind, message_id, asked_by, reason, state, outcome, asked_at, ended_at)
       VALUES ($1, $2, 'publish-again', $3, 'reconciler', 'reconciler: not taken', 'refused', 'the outbox has it no more',
               '2026-01-31T12:00:00Z', '2026-01-31T12:00:05Z'),
              ($1, $4, 'run-workflow', NULL, 'ada', 'orderctl: none', 'asked', NULL, '2026-01-31T13:00:00Z', NULL),
              ($5, $5, 'run-workflow', NULL, 'ada', 'of another order', 'done', 'done', now(), now())`,
      [late, refused, message, waiting, parked],
    );
    const json = await orderctl(`why ${late} --json`);
    const { repairs } = WhyAnswer.parse(JSON.parse(json.out));
    expect(repairs).toMatchObject([
      {
        ...{ id: refused, kind: 'publish-again', messageId: message, askedBy: 'reconciler', state: 'refused' },
        ...{ reason: 'reconciler: not taken', outcome: 'the outbox has it no more' },
        ...{ askedAt: '2026-01-31T12:00:00.000Z', endedAt: '2026-01-31T12:00:05.000Z' },
        text: expect.stringMatching(/^Publishes the message again/),
      },
      { id: waiting, kind: 'run-workflow', messageId: null, state: 'asked', outcome: null, endedAt: null },
    ]);
    const { out } = await orderctl(`why ${late}`);
    expect(out).toContain(`
Repair asked for: publish-again of message ${message}
  asked:      2026-01-31 12:00:00 UTC, by reconciler: reconciler: not taken
  does:       Publishes the message again, as it was written; who has it passes over the copy.
  ended:      2026-01-31 12:00:05 UTC, refused: the outbox has it no more
`);
    expect(out).toContain('  ended:      not yet: it is still to be carried out\n');
  });

  test('why: a shop whose repairs cannot be read is named, and the rest is said', async () => {
    await stage.query('shop', 'ALTER TABLE ledger.shop_repair_details RENAME TO gone');
    try {
      const { code, out } = await orderctl(`why ${late} --json`);
      const { status, repairs, unread } = WhyAnswer.parse(JSON.parse(out));
      expect({ code, status, repairs }).toEqual({ code: 3, status: 'PACKED', repairs: [] });
      expect(unread).toEqual([expect.stringContaining('ledger.shop_repair_details')]);
    } finally {
      await stage.query('shop', 'ALTER TABLE ledger.gone RENAME TO shop_repair_details');
    }
  });

  test('why without Temporal answers from the rest, says so, and exits 3', async () => {
    const { code, out } = await orderctl('why B-2026-000001 --json', { env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
    const answer = WhyAnswer.parse(JSON.parse(out));
    expect({ code, status: answer.status, accounted: answer.accounted }).toEqual({
      code: 3,
      status: 'PACKED',
      accounted: null,
    });
    expect(answer.summary).toMatch(/Not all could be read: Temporal \(127\.0\.0\.1:1\)/);
  });

  test('list --unaccounted names those that have a row, and does not hide those that have none', async () => {
    const { code, out } = await orderctl('list --unaccounted --json');
    // None of what was planted has a row among the details; the young one has come of age, or not.
    expect(code).toBe(1);
    expect(JSON.parse(out).withoutRow).toBeGreaterThanOrEqual(PLANTED.length);
  });
});
