import { fileURLToPath } from 'node:url';
import type { TaskQueues } from '@bezel/order-workflow';
import { createActivityWorker, type OrderWorker } from '@bezel/order-workflow/worker';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import type { BareActivities, BareMes, BarePricing } from './contract.ts';

/** Where a worker works. */
export interface BareWorkerPlace {
  readonly address: string;
  readonly namespace: string;
  readonly queue: keyof TaskQueues;
  readonly taskQueues: TaskQueues;
}

export type BareWorker = Pick<OrderWorker, 'run' | 'shutdown' | 'close'>;

/** As many activities at a time as the apps' workers run (WORKER_CONNECTIONS, PRICING_AHEAD). */
const AT_A_TIME: Readonly<Record<keyof TaskQueues, number>> = { orders: 8, mes: 10, pricing: 9 };

const GEOMETRY = {
  volumeUm3: '300000000000',
  surfaceUm2: '600000000',
  boundingBoxUm: [20_000, 20_000, 6_000],
  triangles: 12,
  warnings: [],
};
const part = (kind: string) => ({ part: { kind, label: kind, amount: { amountMinor: '4000', currency: 'EUR' } } });

const pricing: BarePricing = {
  analyseModel: async () => GEOMETRY,
  priceMetal: async () => ({ ...part('metal'), massMg: 3_930, priceList: '2026-07' }),
  priceStones: async () => ({ ...part('stones'), priceList: '2026-07' }),
  priceLabour: async () => ({ ...part('labour'), priceList: '2026-07' }),
};

const mes: BareMes = { openWorkOrder: async () => ({ workOrderId: '019a0000-0000-7000-8000-000000000000' }) };

/** One of the three workers of the bare workflow. `onMove` hears of each move. */
export async function createBareWorker(
  { address, namespace, queue, taskQueues }: BareWorkerPlace,
  onMove: (orderId: string, seq: number) => void,
): Promise<BareWorker> {
  const connection = await NativeConnection.connect({ address });
  const shared = { connection, namespace, taskQueue: taskQueues[queue] };
  if (queue !== 'orders') {
    const activities = queue === 'mes' ? mes : pricing;
    return createActivityWorker({ ...shared, activities, maxConcurrentActivities: AT_A_TIME[queue] });
  }
  const activities: BareActivities = {
    async moveOrder({ orderId, seq }) {
      onMove(orderId, seq);
    },
  };
  // As createOrdersWorker of @bezel/order-workflow makes it, with another workflow in it.
  const worker = await Worker.create({
    ...shared,
    activities,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('workflow.ts', import.meta.url)),
      logger: new DefaultLogger('WARN'),
    }),
    stickyQueueScheduleToStartTimeout: '3s',
    maxConcurrentActivityTaskExecutions: AT_A_TIME.orders,
    maxHeartbeatThrottleInterval: '2s',
    shutdownGraceTime: '3s',
    shutdownForceTime: '5s',
  });
  return {
    run: () => worker.run(),
    shutdown: () => worker.shutdown(),
    close: () => connection.close(),
  };
}
