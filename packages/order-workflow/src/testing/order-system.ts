import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OrderStatus } from '@bezel/contracts';
import { createDatabase, testServers, waitFor } from '@bezel/local/testing';
import { Client, Connection } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { NativeConnection } from '@temporalio/worker';
import pg from 'pg';
import { createOrderClient, type OrderClient } from '../client/index.ts';
import { dataConverterWith, type PayloadKeys, readPayloadKeys } from '../codec/index.ts';
import { type Fact, type FactKind, type OrderInput, type StageTimes, type TaskQueues, workflowIdOf } from '../index.ts';
import type { OrderState } from '../lifecycle/index.ts';
import { createActivityWorker, createOrdersWorker, installTemporalRuntime, type OrderWorker } from '../worker/index.ts';
import { mesActivities, pricingActivities, shopActivities } from './activities.ts';

/** Orders on a real Temporal server and a real database, with task queues and tables of one test file's own. */
export interface OrderSystem extends AsyncDisposable {
  readonly client: Client;
  readonly orders: OrderClient;
  readonly pool: pg.Pool;
  readonly databaseUrl: string;
  readonly taskQueues: TaskQueues;
  readonly payloadKeys?: string | undefined;
  /** Starts the workflow of a new order, with the gates of these activities closed. */
  submit(more?: Partial<OrderInput>, ...closedGates: readonly string[]): Promise<PlacedOrder>;
}

// Activities fail and retry on purpose here; what matters is asserted.
installTemporalRuntime((level, message, fields) => {
  if (level === 'ERROR') console.error(message, fields);
});

export interface OrderSystemOptions {
  readonly offerValidForMs?: number;
  readonly historyLimit?: number;
  readonly stageTimes?: (tenant: string) => StageTimes;
  /** As in TEMPORAL_PAYLOAD_KEYS. */
  readonly payloadKeys?: string | undefined;
}

export interface WorkerOptions {
  readonly name: string;
  readonly databaseUrl: string;
  readonly taskQueues: TaskQueues;
  /** As in TEMPORAL_PAYLOAD_KEYS. */
  readonly payloadKeys?: string | undefined;
  /** Default: the Temporal server of the run. */
  readonly address?: string;
}

export const keysIn = (text: string | undefined): PayloadKeys => (text === undefined ? [] : readPayloadKeys(text));

export const connectWorker = (address = testServers().temporalAddress): Promise<NativeConnection> =>
  NativeConnection.connect({ address });

/** The three workers of an order system, running; disposing shuts them down in order. */
export async function startWorkers({
  name,
  databaseUrl,
  taskQueues,
  address,
  payloadKeys: text,
}: WorkerOptions): Promise<AsyncDisposable> {
  const payloadKeys = keysIn(text);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 5 });
  const namespace = testServers().temporalNamespace;
  const made: OrderWorker[] = [
    await createOrdersWorker({
      connection: await connectWorker(address),
      namespace,
      taskQueue: taskQueues.orders,
      activities: shopActivities(pool, name),
      identity: name,
      payloadKeys,
    }),
    await createActivityWorker({
      connection: await connectWorker(address),
      namespace,
      taskQueue: taskQueues.mes,
      activities: mesActivities(pool),
      identity: name,
      payloadKeys,
    }),
    await createActivityWorker({
      connection: await connectWorker(address),
      namespace,
      taskQueue: taskQueues.pricing,
      activities: pricingActivities(pool),
      identity: name,
      payloadKeys,
    }),
  ];
  const running = made.map((worker) => worker.run());
  return {
    async [Symbol.asyncDispose]() {
      for (const worker of made) worker.shutdown();
      await Promise.all(running);
      for (const worker of made) await worker.close();
      await pool.end();
    },
  };
}

export async function createOrderSystem({ payloadKeys, ...options }: OrderSystemOptions = {}): Promise<OrderSystem> {
  const { temporalAddress, temporalNamespace } = testServers();
  const suffix = randomBytes(4).toString('hex');
  const taskQueues = { orders: `orders-${suffix}`, mes: `mes-${suffix}`, pricing: `pricing-${suffix}` };
  const database = await createDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 5 });
  await pool.query(await readFile(join(import.meta.dirname, 'recording.sql'), 'utf8'));
  const connection = await Connection.connect({ address: temporalAddress });
  const keys = keysIn(payloadKeys);
  const dataConverter = dataConverterWith(keys);
  const client = new Client({ connection, namespace: temporalNamespace, identity: 'test', dataConverter });
  const orders = createOrderClient({ client, taskQueues, payloadKeys: keys, ...options });
  const placed: PlacedOrder[] = [];
  return {
    client,
    orders,
    pool,
    databaseUrl: database.url,
    taskQueues,
    payloadKeys,
    async submit(more = {}, ...closedGates) {
      const order = new PlacedOrder({ orders, pool, client }, orderInput(more));
      placed.push(order);
      for (const activity of closedGates) await order.closeGate(activity);
      await orders.startOrder(order.input, order.submissionId);
      return order;
    },
    async [Symbol.asyncDispose]() {
      // Orders a test left open would stay on the shared server for ever.
      await Promise.all(placed.map(({ handle }) => handle.terminate('the test is over').catch(() => undefined)));
      await connection.close();
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

export const orderInput = (more: Partial<OrderInput> = {}): OrderInput => ({
  orderId: randomUUID(),
  orderNumber: 'BZ-1',
  tenant: 'atelier',
  customerId: 'c-1',
  model: { sha256: 'a'.repeat(64), fileName: 'ring.stl', bytes: 684 },
  metal: 'gold-585',
  finish: 'polished',
  stones: 2,
  submittedAt: '2026-11-21T10:00:00.000Z',
  ...more,
});

/** A fact as an outbox message would carry it. */
export const factOf = (kind: FactKind, more: Partial<Fact> = {}): Fact => ({
  messageId: randomUUID(),
  kind,
  at: '2026-11-21T10:00:00.000Z',
  by: 'somebody',
  ...more,
});

/** The operators' and the courier's facts, in the order they are recorded. */
export const MAKING = [
  'manufacturing-started',
  'manufacturing-completed',
  'packed',
  'shipped',
] as const satisfies readonly FactKind[];

const LEADS_TO = {
  'price-accepted': 'APPROVED',
  'manufacturing-started': 'IN_MANUFACTURING',
  'manufacturing-completed': 'MANUFACTURING_COMPLETED',
  packed: 'PACKED',
  shipped: 'SHIPPED',
  delivered: 'DELIVERED',
} as const satisfies Partial<Record<FactKind, OrderStatus>>;

/** One order as a test sees it: it tells facts, and reads what was committed. */
export class PlacedOrder {
  readonly input: OrderInput;
  readonly submissionId: string = randomUUID();
  readonly #system: Pick<OrderSystem, 'orders' | 'pool' | 'client'>;
  readonly #told = new Set<FactKind>();

  constructor(system: Pick<OrderSystem, 'orders' | 'pool' | 'client'>, input: OrderInput) {
    this.#system = system;
    this.input = input;
  }

  get id(): string {
    return this.input.orderId;
  }

  get handle() {
    return this.#system.client.workflow.getHandle(workflowIdOf(this.id));
  }

  /** Tells a fact and answers its message id. */
  async tell(kind: FactKind, more: Partial<Fact> = {}): Promise<string> {
    const fact = factOf(kind, more);
    const told = await this.#system.orders.signalFact(this.id, fact);
    if (!told.delivered) throw new Error(`${kind} was not delivered: ${told.why}`);
    this.#told.add(kind);
    return fact.messageId;
  }

  /** Tells all that leads to a status and was not told yet, one fact after the other. */
  async leadTo(status: OrderStatus): Promise<void> {
    const line = ['price-accepted', ...MAKING, 'delivered'] as const;
    const last = line.findIndex((kind) => LEADS_TO[kind] === status);
    for (const kind of line.slice(0, last + 1)) {
      if (this.#told.has(kind)) continue;
      await (kind === 'price-accepted' ? this.accept() : this.tell(kind));
    }
    await this.reaches(status);
  }

  /** Accepts the offer that was made. */
  async accept(): Promise<string> {
    return this.tell('price-accepted', { offerId: await this.offerId() });
  }

  async offerId(): Promise<string> {
    await this.reaches('PRICED');
    const { rows } = await this.#system.pool.query<{ offer: { offerId: string } }>(
      `SELECT offer FROM moves WHERE order_id = $1 AND "to" = 'PRICED'`,
      [this.id],
    );
    return rows[0]?.offer.offerId ?? '';
  }

  /** Waits until the order has been in a status. */
  async reaches(status: string): Promise<void> {
    await waitFor(`order ${this.id} to reach ${status}`, async () => (await this.statuses()).includes(status), {
      deadlineMs: 45_000,
    });
  }

  /** What the workflow answers when asked, once it says this status: it hears of a move after the database has it. */
  async stateAt(status: OrderStatus): Promise<OrderState> {
    const says = async (): Promise<OrderState | null> => {
      const state = await this.#system.orders.state(this.id);
      return state?.status === status ? state : null;
    };
    return waitFor(`the workflow of order ${this.id} to say ${status}`, says, { deadlineMs: 45_000 });
  }

  /** Every status the order moved to, in the order of `seq`. */
  async statuses(): Promise<string[]> {
    const moves = await this.moves();
    return moves.map((move) => move.to);
  }

  async moves(): Promise<
    {
      seq: number;
      from: string;
      to: string;
      caused_by: string | null;
      reason: string | null;
      trace_id: string | null;
    }[]
  > {
    const { rows } = await this.#system.pool.query('SELECT * FROM moves WHERE order_id = $1 ORDER BY seq', [this.id]);
    return rows;
  }

  async refusals(): Promise<{ message_id: string; kind: string; status: string; reason: string }[]> {
    const { rows } = await this.#system.pool.query('SELECT * FROM refusals WHERE order_id = $1', [this.id]);
    return rows;
  }

  /** What was told of delays, in the order of the stages. */
  async delays(): Promise<{ seq: number; kind: string; status: string }[]> {
    const { rows } = await this.#system.pool.query(
      'SELECT seq, kind, status FROM delays WHERE order_id = $1 ORDER BY seq, kind DESC',
      [this.id],
    );
    return rows;
  }

  async workOrder(): Promise<{ status: string; mass_mg: number; reason: string | null } | undefined> {
    const { rows } = await this.#system.pool.query('SELECT * FROM work_orders WHERE order_id = $1', [this.id]);
    return rows[0];
  }

  /** The MES ships, and the fact of it is still on its way. */
  async shipUnheard(): Promise<void> {
    await waitFor(`the work order of ${this.id}`, async () => {
      const shipped = `UPDATE work_orders SET status = 'shipped' WHERE order_id = $1`;
      return (await this.#system.pool.query(shipped, [this.id])).rowCount === 1;
    });
  }

  /** The histories of all runs of the workflow, oldest first. */
  async histories(): Promise<History[]> {
    const { raw } = await this.handle.describe();
    const all: History[] = [];
    let runId = raw.workflowExecutionInfo?.firstRunId;
    while (runId) {
      const history = await this.#system.client.workflow.getHandle(workflowIdOf(this.id), runId).fetchHistory();
      all.push(history);
      runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    }
    return all;
  }

  /** Keeps an activity of this order waiting until the gate is opened. To be closed before the activity can begin. */
  async closeGate(activity: string): Promise<void> {
    await this.#system.pool.query('INSERT INTO closed_gates VALUES ($1, $2)', [this.id, activity]);
  }

  async openGate(activity: string): Promise<void> {
    await this.#system.pool.query('DELETE FROM closed_gates WHERE order_id = $1 AND activity = $2', [
      this.id,
      activity,
    ]);
  }

  /** Waits until an attempt of a gated activity stands at its gate, or has ended as said. */
  async attempt(activity: string, ended: 'passed' | 'cancelled' | null = null): Promise<void> {
    await waitFor(`an attempt of "${activity}"`, async () => {
      const { rowCount } = await this.#system.pool.query(
        'SELECT 1 FROM attempts WHERE order_id = $1 AND activity = $2 AND ended IS NOT DISTINCT FROM $3',
        [this.id, activity, ended],
      );
      return rowCount !== 0;
    });
  }
}
