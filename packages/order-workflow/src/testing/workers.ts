import { testServers } from '@bezel/local/testing';
import { NativeConnection } from '@temporalio/worker';
import pg from 'pg';
import { type PayloadKeys, readPayloadKeys } from '../codec/index.ts';
import type { TaskQueues } from '../index.ts';
import { createActivityWorker, createOrdersWorker, installTemporalRuntime, type OrderWorker } from '../worker/index.ts';
import { mesActivities, pricingActivities, shopActivities } from './activities.ts';

// Activities fail and retry on purpose here; what matters is asserted.
installTemporalRuntime((level, message, fields) => {
  if (level === 'ERROR') console.error(message, fields);
});

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
