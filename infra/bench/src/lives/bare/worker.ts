import { fileURLToPath } from 'node:url';
import { serve } from '@bezel/local/measuring';
import type { TaskQueues } from '@bezel/order-workflow';
import { createActivityWorker, installTemporalRuntime, type OrderWorker } from '@bezel/order-workflow/worker';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import type { BareActivities, BareMes, BarePricing } from './contract.ts';

// One of the three workers of the bare workflow, in a process of its own as those of the order workflow are.

/** Where a worker works. */
export interface BareWorkerPlace {
  readonly address: string;
  readonly namespace: string;
  readonly queue: keyof TaskQueues;
  readonly taskQueues: TaskQueues;
}

export type BareWorkerProgram = {
  /** Settles when it polls. */
  start(place: BareWorkerPlace): Promise<void>;
  /** The moves made since it was asked last: order and number of the move. */
  moves(nothing: null): Promise<readonly (readonly [orderId: string, seq: number])[]>;
  stop(nothing: null): Promise<void>;
};

let made: (readonly [string, number])[] = [];

const moves: BareActivities = {
  async moveOrder({ orderId, seq }) {
    made.push([orderId, seq]);
  },
};

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

/** As many at a time as the apps' workers run (WORKER_CONNECTIONS, PRICING_AHEAD). */
const AT_A_TIME: Readonly<Record<keyof TaskQueues, number>> = { orders: 8, mes: 10, pricing: 9 };

let worker: Pick<OrderWorker, 'run' | 'shutdown' | 'close'> | undefined;
let running: Promise<void> = Promise.resolve();

serve({
  async start({ address, namespace, queue, taskQueues }) {
    installTemporalRuntime(() => {});
    const connection = await NativeConnection.connect({ address });
    const taskQueue = taskQueues[queue];
    if (queue === 'orders') worker = await workflowWorker(connection, namespace, taskQueue);
    else {
      const activities = queue === 'mes' ? mes : pricing;
      const maxConcurrentActivities = AT_A_TIME[queue];
      worker = await createActivityWorker({ connection, namespace, taskQueue, activities, maxConcurrentActivities });
    }
    running = worker.run();
    running.catch(() => {}); // told by `stop`
  },
  async moves() {
    const since = made;
    made = [];
    return since;
  },
  async stop() {
    worker?.shutdown();
    await running;
    await worker?.close();
  },
} satisfies BareWorkerProgram);

/** As the shop's worker role makes it (create-worker.ts of @bezel/order-workflow), with another workflow in it. */
async function workflowWorker(
  connection: NativeConnection,
  namespace: string,
  taskQueue: string,
): Promise<Pick<OrderWorker, 'run' | 'shutdown' | 'close'>> {
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('workflow.ts', import.meta.url)),
    logger: new DefaultLogger('WARN'),
  });
  const created = await Worker.create({
    stickyQueueScheduleToStartTimeout: '3s',
    taskQueue,
    workflowBundle,
    connection,
    namespace,
    activities: moves,
    maxConcurrentActivityTaskExecutions: AT_A_TIME.orders,
    maxHeartbeatThrottleInterval: '2s',
    shutdownGraceTime: '3s',
    shutdownForceTime: '5s',
  });
  return {
    run: () => created.run(),
    shutdown: () => created.shutdown(),
    close: () => connection.close(),
  };
}
