import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase, testServers } from '@bezel/local/testing';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { createOrderClient } from '../client/index.ts';
import { dataConverterWith } from '../codec/index.ts';
import type { OrderInput, StageTimes, TaskQueues } from '../index.ts';
import { orderInput } from './facts.ts';
import { type PlacedOn, PlacedOrder } from './placed-order.ts';
import { keysIn } from './workers.ts';

/** Orders on a real Temporal server and a real database, with task queues and tables of one test file's own. */
export interface OrderSystem extends PlacedOn, AsyncDisposable {
  readonly databaseUrl: string;
  readonly taskQueues: TaskQueues;
  readonly payloadKeys?: string | undefined;
  /** Starts the workflow of a new order, with the gates of these activities closed. */
  submit(more?: Partial<OrderInput>, ...closedGates: readonly string[]): Promise<PlacedOrder>;
}

export interface OrderSystemOptions {
  readonly offerValidForMs?: number;
  readonly historyLimit?: number;
  readonly stageTimes?: (tenant: string) => StageTimes;
  /** As in TEMPORAL_PAYLOAD_KEYS. */
  readonly payloadKeys?: string | undefined;
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
