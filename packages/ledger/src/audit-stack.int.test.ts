import { randomUUID } from 'node:crypto';
import { createNamespace } from '@bezel/local/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Admin } from '@platformatic/kafka';
import { type Finding, isDefect } from './audit/finding.ts';
import { AT_REST_LIMITS, WORKING_LIMITS } from './audit/limits.ts';
import { auditSlices } from './audit-slices.ts';
import { auditStack, type OrderAudit } from './audit-stack.ts';
import { planRepairs } from './repair/plan-repairs.ts';
import { openTopics } from './sources/topics/topics.ts';
import { ViewUnavailableError } from './sources/views/views.ts';
import { DEFECTS, planted } from './testing/defects/defects.ts';
import { patientIn } from './testing/patient-in.ts';
import { life, Stage } from './testing/stage.ts';

jest.setTimeout(120_000);

/** Open orders, whose workflow stays open without a worker. `at` of the lives is in the past: audits use long limits. */
const PATIENT = { ...WORKING_LIMITS, hopMs: 0, stages: patientIn('PACKED', 'SUBMITTED') };

describe('auditStack, over real Postgres, Kafka and Temporal', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set();
  }, 60_000);
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
  }, 60_000);

  test('has nothing to say about orders that are where they should be, and tells what each waits for', async () => {
    const orders = Array.from({ length: 5 }, () => randomUUID());
    for (const orderId of orders) {
      await stage.fill(life(orderId));
      await stage.startWorkflow(orderId);
    }
    const audits = await stage.audit({ orderIds: orders, limits: PATIENT });
    expect([...audits.keys()]).toEqual(orders.toSorted());
    for (const { findings, account } of audits.values()) {
      expect(findings).toEqual([expect.objectContaining({ kind: 'on-its-way', hop: 'shop.order' })]);
      expect(account.copies.length).toBeGreaterThan(account.written.length);
      expect(account.handled.length).toBeGreaterThan(10);
    }
  });

  test.each(['the CRM was not told', 'a move was skipped', 'the projection took a move twice', 'a second work order'])(
    'finds in one order of many that %s',
    async (name) => {
      const [healthy, broken] = [randomUUID(), randomUUID()];
      const defect = DEFECTS.find((known) => known.name === name);
      const planted = defect?.plant(life(broken), () => 0);
      if (!defect || !planted) throw new Error(`cannot plant "${name}"`);
      await stage.fill(life(healthy));
      await stage.fill(planted);
      await stage.startWorkflow(healthy);
      await stage.startWorkflow(broken);
      const audits = await stage.audit({ orderIds: [healthy, broken], limits: PATIENT });
      expect(audits.get(healthy)?.findings.filter(isDefect)).toEqual([]);
      expect(audits.get(broken)?.findings).toContainEqual(expect.objectContaining(defect.expected));
    },
  );

  test('finds a workflow that was terminated by hand, and one that never was', async () => {
    const [terminated, never] = [randomUUID(), randomUUID()];
    for (const orderId of [terminated, never]) await stage.fill(life(orderId));
    await stage.startWorkflow(terminated);
    await stage.terminate(terminated);
    const audits = await stage.audit({ orderIds: [terminated, never], limits: PATIENT });
    for (const orderId of [terminated, never]) {
      expect(audits.get(orderId)?.findings).toContainEqual(expect.objectContaining({ kind: 'lost', hop: 'workflow' }));
    }
  });

  test('asks the history whether a fact that moved nothing reached the workflow', async () => {
    const [kept, dropped, continued] = [randomUUID(), randomUUID(), randomUUID()];
    for (const orderId of [kept, dropped, continued]) {
      const messageId = randomUUID();
      const at = Date.now() - 60_000;
      const type = 'shop.delivery-confirmed';
      const row = { source: 'view', orderId, messageId, at } as const;
      await stage.fill([
        ...life(orderId),
        { ...row, hop: 'shop.outbox', state: `3/9000 shop.orders ${type}` },
        { ...row, hop: 'shop.inbox', state: 'shop.orchestrator' },
        { source: 'topic', orderId, hop: 'shop.topic', messageId, type, partition: 0, offset: 9_000n, at },
      ]);
      await stage.startWorkflow(orderId);
      if (orderId !== dropped) await stage.signal(orderId, messageId);
    }
    // Told in the first of three runs.
    for (const _ of [1, 2]) await stage.continueAsNew(continued);
    const audits = await stage.audit({ orderIds: [kept, dropped, continued], limits: PATIENT });
    for (const told of [kept, continued]) expect(audits.get(told)?.findings.filter(isDefect)).toEqual([]);
    expect(audits.get(dropped)?.findings).toContainEqual(expect.objectContaining({ kind: 'lost', hop: 'workflow' }));
    // Without the key that is not known, and nobody is called lost for it.
    const { payloadKeys: _, ...temporal } = stage.stack.temporal;
    const unread: Finding[] = [];
    for await (const { findings } of auditStack({ ...stage.stack, temporal }, { orderIds: [kept], limits: PATIENT })) {
      unread.push(...findings.filter(isDefect));
    }
    expect(unread).toEqual([
      expect.objectContaining({ kind: 'unreadable', hop: 'workflow', detail: expect.stringContaining('"audited"') }),
    ]);
  });

  test('says of an order what cannot be read and what is lost elsewhere, and of the others what there is', async () => {
    const [strange, lost] = [`0${randomUUID().slice(1)}`, `f${randomUUID().slice(1)}`];
    await stage.fillUnderWay(strange, planted('the board was not told', life(strange)));
    await stage.fillUnderWay(lost, planted('the CRM was not told', life(lost)));
    await stage.query('shop', `UPDATE ledger.shop_order SET state = 'MELTED' WHERE order_id = $1`, [strange]);
    const audits = await stage.audit({ orderIds: [strange, lost], limits: PATIENT });
    expect(audits.get(strange)?.findings).toEqual([
      expect.objectContaining({ kind: 'unreadable', hop: 'shop.order', detail: expect.stringContaining('MELTED') }),
      expect.objectContaining({ kind: 'lost', hop: 'mes.inbox' }),
    ]);
    // Its row is in doubt, and yet the message is brought to where it belongs.
    const plan = planRepairs(audits.get(strange) as OrderAudit);
    expect(plan.repairs).toMatchObject([{ kind: 'publish-again' }]);
    expect(plan.byHand).toMatchObject([{ hop: 'shop.order', text: expect.stringContaining('cannot be read') }]);
    expect(audits.get(strange)?.account.moves.length).toBeGreaterThan(0);
    expect(audits.get(lost)?.findings).toContainEqual(expect.objectContaining({ kind: 'lost', hop: 'crm.inbox' }));
    await stage.query('shop', `UPDATE ledger.shop_order SET state = 'PACKED' WHERE order_id = $1`, [strange]);
  });

  test('finds an order that only its client remembers', async () => {
    const orderId = randomUUID();
    const claims = [{ source: 'client' as const, orderId, at: Date.now() }];
    const audits = await stage.audit({ orderIds: [orderId], claims, limits: AT_REST_LIMITS });
    expect(audits.get(orderId)?.findings).toEqual([expect.objectContaining({ kind: 'lost', hop: 'shop.order' })]);
  });

  test('audits everything when no orders are named, ten thousand copies included', async () => {
    const orderId = randomUUID();
    const evidence = life(orderId, { steps: 0, repeatsFrom: [] });
    await stage.fill(evidence);
    const [copy] = evidence.filter((item) => item.source === 'topic');
    if (copy?.source !== 'topic') throw new Error('there is no copy to repeat');
    await stage.repeat(copy, 10_000);
    const audits = await stage.audit({ limits: PATIENT });
    expect(audits.size).toBeGreaterThan(5);
    expect(audits.get(orderId)?.account.copies).toHaveLength(10_001);
    expect(audits.get(orderId)?.findings).toContainEqual(expect.objectContaining({ kind: 'lost', hop: 'workflow' }));
  });

  test('begins on the topics where it is told to', async () => {
    const orderId = randomUUID();
    await stage.fill(life(orderId));
    await stage.startWorkflow(orderId);
    await using topics = openTopics(stage.stack.kafka);
    const from = await topics.ends(Object.values(stage.stack.topics ?? {}));
    const audits = await stage.audit({ orderIds: [orderId], from, limits: PATIENT });
    expect(audits.get(orderId)?.account.copies).toEqual([]);
    expect(audits.get(orderId)?.findings).toContainEqual(expect.objectContaining({ kind: 'lost', hop: 'shop.topic' }));
  });

  test('judges what rests by the deadline and the offer that the shop keeps of it, in an audit and in a pass', async () => {
    await using own = await Stage.set({ namespace: await createNamespace() });
    const cases = [
      { steps: 6, column: 'stage_deadline', at: `now() + interval '1 day'`, found: [] },
      { steps: 6, column: 'stage_deadline', at: 'NULL', found: ['unfinished shop.order'] },
      // An offer of before may still be there: only its status says that it counts.
      { steps: 6, column: 'offer_expires_at', at: `now() + interval '1 day'`, found: ['unfinished shop.order'] },
      { steps: 2, column: 'offer_expires_at', at: `now() + interval '1 day'`, found: [] },
      { steps: 2, column: 'offer_expires_at', at: `now() - interval '3 minutes'`, found: ['unfinished workflow'] },
    ];
    const expected = new Map<string, readonly string[]>();
    for (const { steps, column, at, found } of cases) {
      const orderId = randomUUID();
      await own.fillUnderWay(orderId, life(orderId, { steps, lateAfter: null }));
      await own.query(
        'shop',
        `INSERT INTO ledger.shop_order_details (order_id, number, status, seq, submitted_at, entered_at, ${column})
         SELECT order_id, order_id, state, ${steps}, at, at, ${at} FROM ledger.shop_order WHERE order_id = $1`,
        [orderId],
      );
      expected.set(orderId, found);
    }
    const readAt = Date.now();
    const limits = { ...PATIENT, stages: WORKING_LIMITS.stages };
    const slices = { readAt, limits, ordersASlice: 2, rest: async () => {}, getsOn: () => {}, onSlice: () => {} };
    const { signal } = new AbortController();
    for (const audits of [
      auditStack(own.stack, { readAt, limits }),
      auditStack(own.stack, { readAt, limits, orderIds: [...expected.keys()] }),
      auditSlices(own.stack, { ...slices, signal }),
    ]) {
      const told = new Map<string, readonly string[]>();
      for await (const { account, findings } of audits) {
        told.set(
          account.orderId,
          findings.filter(isDefect).map(({ kind, hop }) => `${kind} ${hop}`),
        );
      }
      expect(told).toEqual(expected);
    }
  });

  test('what a consumer holds back is missed even when its inbox forgets, by an audit and by a pass', async () => {
    await using own = await Stage.set({ namespace: await createNamespace() });
    const [healthy, parked] = [randomUUID(), randomUUID()];
    for (const orderId of [healthy, parked]) {
      await own.fill(life(orderId, { repeatsFrom: [] }));
      await own.startWorkflow(orderId);
    }
    const topic = own.stack.topics?.['shop.topic'];
    const rows = [
      [parked, 'crm.inbox', topic, 'crm', 2],
      // On another topic than the orders', and of no order.
      [healthy, 'crm.inbox', 'webhooks', 'crm', 9],
      [null, 'crm.inbox', topic, 'crm', 9],
    ];
    for (const row of rows) {
      await own.query(
        'crm',
        `INSERT INTO ledger.crm_parked VALUES ($1, $2, $3, $4, 'no', NULL, 5, $5, now(), false)`,
        row,
      );
    }
    await own.query('crm', 'DELETE FROM ledger.crm_inbox');
    const readAt = Date.now() + 1_000;
    const limits = { ...PATIENT, inboxKeptMs: 0 };
    const slices = { readAt, limits, ordersASlice: 1, rest: async () => {}, getsOn: () => {}, onSlice: () => {} };
    const { signal } = new AbortController();
    for (const audits of [
      auditStack(own.stack, { readAt, limits }),
      auditStack(own.stack, { readAt, limits, orderIds: [healthy, parked] }),
      auditSlices(own.stack, { ...slices, signal }),
    ]) {
      const lost = new Map<string, string[]>();
      for await (const { account, findings } of audits) {
        lost.set(
          account.orderId,
          findings.filter(isDefect).map(({ kind, hop }) => `${kind} ${hop}`),
        );
      }
      expect(lost).toEqual(
        new Map([
          [healthy, []],
          [parked, ['lost crm.inbox', 'lost crm.inbox']],
        ]),
      );
    }
  });

  test('leaves no consumer group behind', async () => {
    await stage.audit({ orderIds: [] });
    const admin = new Admin({ clientId: 'ledger-test', bootstrapBrokers: [...stage.stack.kafka] });
    try {
      const groups = await admin.listGroups();
      expect([...groups.keys()].filter((group) => group.includes('ledger'))).toEqual([]);
    } finally {
      await admin.close();
    }
  });

  test('says which view it may not read', async () => {
    await stage.query('crm', 'ALTER TABLE ledger.crm_projection RENAME TO gone');
    try {
      await expect(stage.audit()).rejects.toThrow(ViewUnavailableError);
      await expect(stage.audit()).rejects.toThrow('ledger.crm_projection');
    } finally {
      await stage.query('crm', 'ALTER TABLE ledger.gone RENAME TO crm_projection');
    }
  });
});
