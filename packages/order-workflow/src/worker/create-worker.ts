import {
  GracefulShutdownPeriodExpiredError,
  type NativeConnection,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { dataConverterWith, type PayloadKeys } from '../codec/index.ts';
import type { ShopActivities } from '../contract/activities.ts';
import { NAMESPACE, TASK_QUEUES } from '../contract/names.ts';
import { type AroundOrder, traceActivities } from '../trace/activity-trace.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface OrderWorkerOptions<Activities> {
  /** The worker takes it over: it is closed by `close`, or when the worker cannot be made. */
  readonly connection: NativeConnection;
  readonly activities: Activities;
  /** Default: {@link NAMESPACE}. */
  readonly namespace?: string;
  /** Encrypt and decrypt what Temporal keeps, failures included (docs of the codec). Default: none, in clear text. */
  readonly payloadKeys?: PayloadKeys;
  /** What the Temporal UI shows as the worker's name. Default: pid and host. */
  readonly identity?: string;
  /** Activities running at once. Default: 100. */
  readonly maxConcurrentActivities?: number;
  /** Wraps each attempt of an activity, for instance so that its log lines carry the order's id. */
  readonly around?: AroundOrder;
}

/** A Temporal worker with its connection. */
export interface OrderWorker {
  /** Polls until `shutdown`; rejects when the worker failed for good. Temporal being away does not end it. */
  run(): Promise<void>;
  /**
   * Takes no new task. `run` ends within 5 s: activities are given 3 s to end, are then cancelled, and after 5 s are
   * left to be tried again elsewhere. May be called at any time and more than once.
   */
  shutdown(): void;
  /** Rejects when Temporal does not answer right now. */
  check(): Promise<void>;
  /** Closes the connection; after `run` has ended, or instead of it. */
  close(): Promise<void>;
}

/**
 * The worker of the shop: runs the workflows of orders and the shop's activities.
 *
 * @example
 * const worker = await createOrdersWorker({ connection: await NativeConnection.connect({ address }), activities });
 * await worker.run();
 */
export const createOrdersWorker = (
  options: OrderWorkerOptions<ShopActivities> & { readonly taskQueue?: string },
): Promise<OrderWorker> =>
  create(options, async () => ({
    // An order whose worker died waits this long before another one takes it; 10 s by default.
    stickyQueueScheduleToStartTimeout: '3s',
    taskQueue: options.taskQueue ?? TASK_QUEUES.orders,
    workflowBundle: await workflowBundle((options.payloadKeys ?? []).length > 0 ? 'encoded' : 'clear'),
  }));

/**
 * A worker that runs activities only: the MES's or the pricing's.
 *
 * @example
 * await createActivityWorker<MesActivities>({ connection, taskQueue: TASK_QUEUES.mes, activities });
 */
export const createActivityWorker = <Activities extends object>(
  options: OrderWorkerOptions<Activities> & { readonly taskQueue: string },
): Promise<OrderWorker> => create(options, async () => ({ taskQueue: options.taskQueue }));

async function create<Activities extends object>(
  options: OrderWorkerOptions<Activities>,
  specific: () => Promise<
    Pick<WorkerOptions, 'workflowBundle' | 'stickyQueueScheduleToStartTimeout'> & { readonly taskQueue: string }
  >,
): Promise<OrderWorker> {
  const { connection, namespace = NAMESPACE, around = (_orderId, work) => work() } = options;
  try {
    const worker = await Worker.create({
      ...(await specific()),
      connection,
      namespace,
      activities: options.activities,
      dataConverter: dataConverterWith(options.payloadKeys ?? []),
      interceptors: { activity: [traceActivities(around)] },
      maxConcurrentActivityTaskExecutions: options.maxConcurrentActivities ?? 100,
      // A cancelled activity learns of it by its heartbeat; by default those are held back for most of their timeout.
      maxHeartbeatThrottleInterval: '2s',
      shutdownGraceTime: '3s',
      shutdownForceTime: '5s',
      ...(options.identity === undefined ? {} : { identity: options.identity }),
    });
    return own(worker, connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function own(worker: Worker, connection: NativeConnection): OrderWorker {
  let stopped = false;
  return {
    async run() {
      if (stopped) return;
      try {
        await worker.run();
      } catch (error) {
        if (!(stopped && error instanceof GracefulShutdownPeriodExpiredError)) throw error;
      }
    },
    shutdown() {
      stopped = true;
      if (worker.getState() === 'RUNNING') worker.shutdown();
    },
    async check() {
      await connection.withDeadline(Date.now() + 2_000, () => connection.workflowService.getSystemInfo({}));
    },
    async close() {
      // A worker that never ran still holds the connection; running it down is the only way to free it.
      if (worker.getState() === 'INITIALIZED') {
        const ended = worker.run();
        worker.shutdown();
        await ended;
      }
      await connection.close();
    },
  };
}
