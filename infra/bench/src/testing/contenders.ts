import { randomUUID } from 'node:crypto';
import type { MesActivities, OrderInput, PricingActivities, ShopActivities, TaskQueues } from '@bezel/order-workflow';
import { createOrderClient } from '@bezel/order-workflow/client';
import { createActivityWorker, createOrdersWorker, installTemporalRuntime } from '@bezel/order-workflow/worker';
import type { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { bareOrders } from '../lives/bare/contender.ts';
import { createBareWorker } from '../lives/bare/worker.ts';
import { type Contender, type Reached, those } from '../lives/contender.ts';

/** Lives whose workers run in this process, until disposed of. */
export interface RunningContender extends AsyncDisposable {
  readonly contender: Contender;
}

/** Where lives are lived: a server, and a namespace nobody else uses. */
export interface Ground {
  readonly client: Client;
  readonly address: string;
}

interface Runnable {
  run(): Promise<void>;
  shutdown(): void;
  close(): Promise<void>;
}

installTemporalRuntime((level, message, fields) => {
  if (level === 'ERROR') console.error(message, fields);
});

const QUEUE_NAMES = ['orders', 'mes', 'pricing'] as const;
const queues = (prefix: string): TaskQueues => ({
  orders: `${prefix}-orders`,
  mes: `${prefix}-mes`,
  pricing: `${prefix}-pricing`,
});

/** The order workflow as it is, with activities that keep in memory what the apps keep in their databases. */
export async function startOrders({ client, address }: Ground): Promise<RunningContender> {
  const taskQueues = queues('order');
  const { namespace } = client.options;
  const reached = new Map<string, Reached>();
  const place = async (queue: keyof TaskQueues) => ({
    connection: await NativeConnection.connect({ address }),
    namespace,
    taskQueue: taskQueues[queue],
  });
  const shop: ShopActivities = {
    async moveOrder({ orderId, seq, offer }) {
      const { offerId = null } = offer ?? reached.get(orderId) ?? {};
      reached.set(orderId, { seq, offerId });
    },
    async recordRefusedFact() {},
    async recordDelay() {},
  };
  const running = await runningWorkers([
    await createOrdersWorker({ ...(await place('orders')), activities: shop }),
    await createActivityWorker({ ...(await place('mes')), activities: MES }),
    await createActivityWorker({ ...(await place('pricing')), activities: PRICING }),
  ]);
  const orders = createOrderClient({ client, taskQueues });
  return {
    contender: {
      async begin(order) {
        await orders.startOrder(order, randomUUID());
      },
      async tell(orderId, fact) {
        await orders.signalFact(orderId, fact);
      },
      reached: async (orderIds) => those(reached, orderIds),
    },
    [Symbol.asyncDispose]: running,
  };
}

/** The bare workflow. */
export async function startBare({ client, address }: Ground): Promise<RunningContender> {
  const taskQueues = queues('bare');
  const { namespace } = client.options;
  const moves: [string, number][] = [];
  const workers = [];
  for (const queue of QUEUE_NAMES) {
    workers.push(
      await createBareWorker({ address, namespace, queue, taskQueues }, (orderId, seq) => moves.push([orderId, seq])),
    );
  }
  const running = await runningWorkers(workers);
  return {
    contender: bareOrders(client, { moves: async () => moves.splice(0), taskQueues }),
    [Symbol.asyncDispose]: running,
  };
}

async function runningWorkers(workers: readonly Runnable[]): Promise<() => Promise<void>> {
  const running = workers.map((worker) => worker.run());
  return async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    for (const worker of workers) await worker.close();
  };
}

const euros = (amountMinor: string) => ({ amountMinor, currency: 'EUR' });

const MES: MesActivities = {
  openWorkOrder: async () => ({ workOrderId: randomUUID() }),
  async withdrawWorkOrder() {},
};

const PRICING: PricingActivities = {
  analyseModel: async () => ({
    volumeUm3: '300000000000',
    surfaceUm2: '600000000',
    boundingBoxUm: [20_000, 20_000, 6_000],
    triangles: 12,
    warnings: [],
  }),
  priceMetal: async () => ({ part: { kind: 'metal', label: 'Gold 585', amount: euros('9000') }, massMg: 3_930 }),
  priceStones: async () => ({ kind: 'stones', label: '2 brilliants', amount: euros('4000') }),
  priceLabour: async () => ({ kind: 'labour', label: 'Polished', amount: euros('2500') }),
};

/** A submitted order. */
export const submittedOrder = (): OrderInput => ({
  orderId: randomUUID(),
  orderNumber: 'B-2026-000001',
  tenant: 'house',
  channel: 'shop',
  customerId: 'c-1',
  model: { sha256: 'a'.repeat(64), fileName: 'ring.stl', bytes: 684 },
  metal: 'gold-585',
  finish: 'polished',
  stones: 2,
  submittedAt: '2026-11-21T10:00:00.000Z',
});
