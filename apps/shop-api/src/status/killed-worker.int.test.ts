import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { FROM_SOURCES, testServers } from '@bezel/local/testing';
import { type OrderInput, workflowIdOf } from '@bezel/order-workflow';
import {
  createActivityWorker,
  createOrdersWorker,
  installTemporalRuntime,
  type OrderWorker,
} from '@bezel/order-workflow/worker';
import { uuidv7 } from '@bezel/outbox';
import { log } from '@bezel/service';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { temporalWorkflows } from '../orchestrator/order-workflows.ts';
import type { Doom } from '../testing/doomed-worker.ts';
import { otherServices } from '../testing/other-services.ts';
import { type Shop, startShop } from '../testing/shop.ts';
import { shopActivities } from './shop-activities.ts';

jest.setTimeout(180_000);

const { temporalAddress: address, temporalNamespace: namespace } = testServers();
const others = { mes: `mes-${uuidv7()}`, pricing: `pricing-${uuidv7()}` };

let shop: Shop;
let connection: Connection;
let client: Client;
let serving: AsyncDisposable;
beforeAll(async () => {
  installTemporalRuntime((level, message, fields) => log[level === 'ERROR' ? 'warn' : 'debug'](fields, message));
  shop = await startShop();
  connection = await Connection.connect({ address });
  client = new Client({ connection, namespace });
  serving = await running(
    ...(await Promise.all(
      Object.values(others).map(async (taskQueue) =>
        createActivityWorker({ connection: await connected(), namespace, taskQueue, activities: otherServices }),
      ),
    )),
  );
});
afterAll(async () => {
  await serving?.[Symbol.asyncDispose]();
  await connection?.close();
  await shop?.[Symbol.asyncDispose]();
});

const connected = () => NativeConnection.connect({ address });

async function running(...workers: OrderWorker[]): Promise<AsyncDisposable> {
  const ended = workers.map((worker) => worker.run());
  return {
    async [Symbol.asyncDispose]() {
      for (const worker of workers) worker.shutdown();
      await Promise.all(ended);
      for (const worker of workers) await worker.close();
    },
  };
}

/** A worker that will die. Settles when it has. */
async function doomed(doom: Omit<Doom, 'databaseUrl' | 'temporal'>): Promise<unknown[]> {
  const { nodeOptions, env } = FROM_SOURCES;
  const whole: Doom = { ...doom, databaseUrl: shop.databaseUrl, temporal: { address, namespace } };
  const program = fileURLToPath(new URL('../testing/doomed-worker.ts', import.meta.url));
  const child = spawn(process.execPath, [...nodeOptions, program, JSON.stringify(whole)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 120_000, // by SIGTERM: one that never came to its end is told apart
  });
  return once(child, 'exit');
}

const rowsOf = async (orderId: string): Promise<{ moves: string[]; told: unknown[] }> => {
  const { rows } = await shop.database.pool.query(
    'SELECT to_status FROM order_history WHERE order_id = $1 ORDER BY seq',
    [orderId],
  );
  const told = (await shop.messages(orderId)).filter(({ type }) => type === 'shop.order-status-changed');
  return { moves: rows.map(({ to_status }) => to_status), told: told.map(({ data }) => data['to']) };
};

test('a worker is killed with one move written and not committed, another committed and not reported: the next makes each once', async () => {
  const taskQueues = { ...others, orders: `orders-${uuidv7()}` };
  const { startOrder, signalFact } = temporalWorkflows({ client, taskQueues });
  const [uncommitted, unreported] = [(await shop.submitted()).id, (await shop.submitted()).id];
  for (const orderId of [uncommitted, unreported]) {
    const [submission] = await shop.messages(orderId);
    await startOrder(submission?.data as unknown as OrderInput, String(submission?.id));
  }
  const places = { [uncommitted]: 'uncommitted', [unreported]: 'unreported' } as const;
  expect(await doomed({ taskQueue: taskQueues.orders, to: 'PRICED', places })).toEqual([null, 'SIGKILL']);
  expect(await rowsOf(uncommitted)).toEqual({ moves: ['SUBMITTED', 'PRICING'], told: ['PRICING'] });
  expect(await rowsOf(unreported)).toEqual({
    moves: ['SUBMITTED', 'PRICING', 'PRICED'],
    told: ['PRICING', 'PRICED'],
  });

  await using _heir = await running(
    await createOrdersWorker({
      connection: await connected(),
      namespace,
      taskQueue: taskQueues.orders,
      activities: shopActivities(shop.outbox, shop.database.kysely),
    }),
  );
  const moves = ['SUBMITTED', 'PRICING', 'PRICED', 'CANCELLED'];
  for (const orderId of [uncommitted, unreported]) {
    const at = new Date().toISOString();
    await signalFact(orderId, { messageId: uuidv7(), kind: 'cancellation-requested', by: 'ann', reason: 'enough', at });
    expect(await client.workflow.getHandle(workflowIdOf(orderId)).result()).toBe('CANCELLED');
    expect(await rowsOf(orderId)).toEqual({ moves, told: moves.slice(1) });
  }
});
