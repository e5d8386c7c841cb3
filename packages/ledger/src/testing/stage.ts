import { randomBytes, randomUUID } from 'node:crypto';
import { createDatabase, createTopic, type TestDatabase, testServers } from '@bezel/local/testing';
import { FACT_SIGNAL, WORKFLOW_TYPE, workflowIdOf } from '@bezel/order-workflow';
import { dataConverterWith, readPayloadKeys } from '@bezel/order-workflow/codec';
import { Producer } from '@platformatic/kafka';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import type { Evidence, MessageCopy, ViewRow } from '../account/evidence.ts';
import { APPS, type App, VIEW_HOPS, viewOf } from '../account/hops.ts';
import { type AuditedStack, type AuditOptions, auditStack, type OrderAudit } from '../audit-stack.ts';
import { type LifePlan, liveOrder } from './order-life.ts';

/** What workflows are told is encrypted, as it is in a stack. */
const KEYS = `audited:${randomBytes(32).toString('base64')}`;
export const PLAN: LifePlan = {
  steps: 6,
  ending: 'none',
  repeatsFrom: [0, 3],
  refusedAfter: null,
  lateAfter: 4,
  claimed: true,
};

const DAY = 24 * 60 * 60_000;

/** COMMAND_TYPE_CONTINUE_AS_NEW_WORKFLOW_EXECUTION of Temporal's API. */
const CONTINUE_AS_NEW = 10;
const queueOf = (orderId: string): string => `ledger-test-${orderId}`;

/** What is told beside the hops (docs/views.md). */
const PARKED = `(order_id uuid, hop text, topic text, group_id text, reason text, code text, attempts integer, messages integer,
  parked_at timestamptz, redrive boolean)`;
const DETAILS = `(order_id uuid PRIMARY KEY, number text UNIQUE, tenant text DEFAULT 'public', channel text DEFAULT 'shop', status text, seq integer,
  reason text, submitted_at timestamptz, entered_at timestamptz, stage_deadline timestamptz, promised_at timestamptz,
  expected_at timestamptz, late boolean DEFAULT false, predicted_late boolean DEFAULT false, offer_expires_at timestamptz, run_id text)`;
const REPAIRS = `(order_id uuid, repair_id uuid PRIMARY KEY, kind text, message_id uuid, asked_by text, reason text, state text, outcome text,
  asked_at timestamptz, ended_at timestamptz)`;

/** A whole system as the ledger sees it, filled with what is known about some orders. */
export class Stage implements AsyncDisposable {
  readonly databases = {} as Record<App, TestDatabase>;
  stack!: AuditedStack;
  readonly #open = new AsyncDisposableStack();
  #producer!: Producer<Buffer, Buffer, Buffer, Buffer>;
  #temporal!: Client;

  /** @param namespace Temporal's, when the test needs one that holds nothing else */
  static async set({ namespace }: { readonly namespace?: string } = {}): Promise<Stage> {
    const stage = new Stage();
    for (const app of APPS) {
      const database = stage.#open.use(await createDatabase());
      stage.databases[app] = database;
      await stage.query(app, 'CREATE SCHEMA ledger');
      await stage.query(app, `CREATE TABLE ledger.${app}_parked ${PARKED}`);
      for (const hop of VIEW_HOPS[app]) {
        await stage.query(
          app,
          `CREATE TABLE ${viewOf(hop)} (order_id uuid, hop text, message_id uuid, state text, at timestamptz)`,
        );
      }
    }
    await stage.query('shop', `CREATE TABLE ledger.shop_order_details ${DETAILS}`);
    await stage.query('shop', `CREATE TABLE ledger.shop_repair_details ${REPAIRS}`);
    const { kafkaBrokers, temporalAddress, temporalNamespace: shared } = testServers();
    const temporalNamespace = namespace ?? shared;
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

  /** The same of an order that is under way: its workflow runs. */
  async fillUnderWay(orderId: string, evidence: readonly Evidence[]): Promise<void> {
    await this.startWorkflow(orderId);
    await this.fill(evidence);
  }

  async send(copy: MessageCopy): Promise<void> {
    await this.repeat(copy, 1);
  }

  async repeat(copy: MessageCopy, times: number): Promise<void> {
    const { orderId, hop, messageId, type, move, tellsCustomer, at } = copy;
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
      value: Buffer.from(JSON.stringify(move ? told : { orderId, ...(tellsCustomer ? { tells: ['customer'] } : {}) })),
      headers: new Map([header('ce_id', messageId), header('ce_type', type)]),
      // Kafka soon removes what is old.
      ...(at > Date.now() - DAY ? { timestamp: BigInt(at) } : {}),
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
    const { namespace } = this.stack.temporal;
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
    return new Map(audits.map((audit) => [audit.account.orderId, audit]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open.disposeAsync();
  }
}

/** A life of its own: message ids are unique in a system. */
export function life(orderId: string, plan: Partial<LifePlan> = {}): Evidence[] {
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

/** What happened to an order until just now. */
export function lately(evidence: readonly Evidence[]): Evidence[] {
  const last = Math.max(...evidence.map((item) => ('at' in item ? item.at : 0)));
  const later = Date.now() - last;
  return evidence.map((item) => ('at' in item ? { ...item, at: item.at + later } : item));
}
