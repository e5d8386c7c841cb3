import { randomBytes, randomUUID } from 'node:crypto';
import { createDatabase, createTopic, type TestDatabase, testServers } from '@bezel/local/testing';
import { FACT_SIGNAL, WORKFLOW_TYPE, workflowIdOf } from '@bezel/order-workflow';
import { dataConverterWith, readPayloadKeys } from '@bezel/order-workflow/codec';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Admin, Producer } from '@platformatic/kafka';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import type { Evidence, MessageCopy, ViewRow } from './account/evidence.ts';
import { type App, VIEW_HOPS, viewOf } from './account/hops.ts';
import { isDefect } from './audit/finding.ts';
import { AT_REST_LIMITS, WORKING_LIMITS } from './audit/limits.ts';
import { type AuditedStack, type AuditOptions, auditStack, type OrderAudit } from './audit-stack.ts';
import { openTopics } from './sources/topics.ts';
import { ViewUnavailableError } from './sources/views.ts';
import { DEFECTS } from './testing/defects.ts';
import { type LifePlan, liveOrder } from './testing/order-life.ts';

/** What workflows are told is encrypted, as it is in a stack. */
const KEYS = `audited:${randomBytes(32).toString('base64')}`;
const APPS = ['shop', 'mes', 'crm'] as const satisfies App[];
const PLAN: LifePlan = {
  steps: 6,
  ending: 'none',
  repeatsFrom: [0, 3],
  refusedAfter: null,
  lateAfter: 4,
  claimed: true,
};

/** COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION of Temporal's API. */
const CONTINUE_AS_NEW = 10;
const queueOf = (orderId: string): string => `ledger-test-${orderId}`;

/** A whole system as the ledger sees it, filled with what is known about some orders. */
class Stage implements AsyncDisposable {
  readonly databases = {} as Record<App, TestDatabase>;
  stack!: AuditedStack;
  readonly #open = new AsyncDisposableStack();
  #producer!: Producer<Buffer, Buffer, Buffer, Buffer>;
  #temporal!: Client;

  static async set(): Promise<Stage> {
    const stage = new Stage();
    for (const app of APPS) {
      const database = stage.#open.use(await createDatabase());
      stage.databases[app] = database;
      await stage.query(app, 'CREATE SCHEMA ledger');
      for (const hop of VIEW_HOPS[app]) {
        await stage.query(
          app,
          `CREATE TABLE ${viewOf(hop)} (order_id uuid, hop text, message_id uuid, state text, at timestamptz)`,
        );
      }
    }
    const { kafkaBrokers, temporalAddress, temporalNamespace } = testServers();
    stage.#producer = new Producer({ clientId: 'ledger-test', bootstrapBrokers: [...kafkaBrokers], acks: -1 });
    stage.#open.defer(() => stage.#producer.close());
    const connection = await Connection.connect({ address: temporalAddress });
    stage.#open.defer(() => connection.close());
    const dataConverter = dataConverterWith(readPayloadKeys(KEYS));
    stage.#temporal = new Client({ connection, namespace: temporalNamespace, dataConverter });
    stage.stack = {
      postgres: {
        shop: stage.databases.shop.url,
        mes: stage.databases.mes.url,
        crm: stage.databases.crm.url,
      },
      kafka: kafkaBrokers,
      topics: { 'shop.topic': await createTopic('ledger.shop'), 'mes.topic': await createTopic('ledger.mes') },
      temporal: { address: temporalAddress, namespace: temporalNamespace, payloadKeys: KEYS },
    };
    return stage;
  }

  async query(app: App, sql: string, params: unknown[] = []): Promise<void> {
    const client = new pg.Client({ connectionString: this.databases[app].url });
    await client.connect();
    try {
      await client.query(sql, params);
    } finally {
      await client.end();
    }
  }

  /** Puts what is known about an order where the ledger will look for it. */
  async fill(evidence: readonly Evidence[]): Promise<void> {
    for (const app of APPS) {
      const rows = evidence.filter(
        (item): item is ViewRow => item.source === 'view' && (VIEW_HOPS[app] as readonly string[]).includes(item.hop),
      );
      for (const hop of VIEW_HOPS[app]) {
        const some = rows.filter((row) => row.hop === hop);
        await this.query(
          app,
          `INSERT INTO ${viewOf(hop)}
           SELECT order_id, $1, message_id, state, to_timestamp(at / 1000)
           FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::float8[]) AS row (order_id, message_id, state, at)`,
          [
            hop,
            some.map((row) => (hop.endsWith('.inbox') ? null : row.orderId)),
            some.map((row) => row.messageId),
            some.map((row) => row.state),
            some.map((row) => row.at),
          ],
        );
      }
    }
    const copies = evidence.filter((item): item is MessageCopy => item.source === 'topic');
    for (const copy of copies.toSorted((a, b) => Number(a.offset - b.offset))) await this.send(copy);
  }

  async send(copy: MessageCopy): Promise<void> {
    await this.repeat(copy, 1);
  }

  async repeat({ orderId, hop, messageId, type, move }: MessageCopy, times: number): Promise<void> {
    const header = (name: string, value: string): [Buffer, Buffer] => [Buffer.from(name), Buffer.from(value)];
    const now = new Date().toISOString();
    const told = {
      orderId,
      orderNumber: 'B-1',
      tenant: 't',
      customerId: 'c',
      seq: move?.seq,
      from: 'SUBMITTED',
      to: move?.to,
      at: now,
    };
    const message = {
      topic: this.stack.topics?.[hop] ?? '',
      key: Buffer.from(orderId),
      value: Buffer.from(JSON.stringify(move ? told : { orderId })),
      headers: new Map([header('ce_id', messageId), header('ce_type', type)]),
    };
    for (let sent = 0; sent < times; sent += 2_000) {
      await this.#producer.send({ messages: Array.from({ length: Math.min(2_000, times - sent) }, () => message) });
    }
  }

  async startWorkflow(orderId: string): Promise<void> {
    await this.#temporal.workflow.start(WORKFLOW_TYPE, {
      workflowId: workflowIdOf(orderId),
      taskQueue: queueOf(orderId), // nobody works on it: it stays open until the test ends it
    });
    this.#open.defer(() => this.terminate(orderId).catch(() => {}));
  }

  /** Plays the worker for one task: the workflow goes on as a new run. */
  async continueAsNew(orderId: string): Promise<void> {
    const connection = this.#temporal.connection as Connection;
    const service = connection.workflowService;
    const { temporalNamespace: namespace } = testServers();
    const taskQueue = { name: queueOf(orderId) };
    const { taskToken } = await connection.withDeadline(Date.now() + 60_000, () =>
      service.pollWorkflowTaskQueue({ namespace, taskQueue }),
    );
    await service.respondWorkflowTaskCompleted({
      namespace,
      taskToken,
      commands: [
        {
          commandType: CONTINUE_AS_NEW,
          continueAsNewWorkflowExecutionCommandAttributes: { workflowType: { name: WORKFLOW_TYPE }, taskQueue },
        },
      ],
    });
  }

  async terminate(orderId: string): Promise<void> {
    await this.#temporal.workflow.getHandle(workflowIdOf(orderId)).terminate();
  }

  async signal(orderId: string, messageId: string): Promise<void> {
    await this.#temporal.workflow
      .getHandle(workflowIdOf(orderId))
      .signal(FACT_SIGNAL, { messageId, kind: 'delivered' });
  }

  async audit(options: AuditOptions = {}): Promise<Map<string, OrderAudit>> {
    const audits: OrderAudit[] = [];
    for await (const audit of auditStack(this.stack, options)) audits.push(audit);
    expect(audits.map(({ account }) => account.orderId)).toEqual(
      audits.map(({ account }) => account.orderId).toSorted(),
    );
    return new Map(audits.map((audit) => [audit.account.orderId, audit]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
  }
}

/** A life of its own: message ids are unique in a system. */
function life(orderId: string, plan: Partial<LifePlan> = {}): Evidence[] {
  const ids = new Map<string, string>();
  const own = (id: string): string => {
    const known = ids.get(id) ?? randomUUID();
    ids.set(id, known);
    return known;
  };
  return liveOrder(orderId, { ...PLAN, ...plan }).map((item) =>
    'messageId' in item && item.messageId !== null ? { ...item, messageId: own(item.messageId) } : item,
  );
}

/** Open orders, whose workflow stays open without a worker. `at` of the lives is in the past: audits use long limits. */
const PATIENT = { ...WORKING_LIMITS, hopMs: 0, stageMs: { PACKED: Number.MAX_VALUE, SUBMITTED: Number.MAX_VALUE } };

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
    // Without the key nothing is known, which is no finding.
    const { payloadKeys: _, ...temporal } = stage.stack.temporal;
    const blind = auditStack({ ...stage.stack, temporal }, { orderIds: [kept], limits: PATIENT });
    await expect(blind.next()).rejects.toMatchObject({ code: 'PAYLOAD_KEY_UNKNOWN', keyId: 'audited' });
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
