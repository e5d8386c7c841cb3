import { startProcess } from '@bezel/local/measuring';
import type { TaskQueues } from '@bezel/order-workflow';
import type { Client } from '@temporalio/client';
import { type Contender, type Reached, those } from '../contender.ts';
import { BARE_SIGNAL, BARE_WORKFLOW, type BareFact, type BareStart } from './contract.ts';
import type { BareWorkerProgram } from './worker-process.ts';

/** The bare workflow with its three workers. */
export interface BareOrders extends AsyncDisposable {
  readonly contender: Contender;
}

const QUEUES: TaskQueues = { orders: 'bare-orders', mes: 'bare-mes', pricing: 'bare-pricing' };
const DAY_MS = 24 * 60 * 60 * 1_000;

/** The workflow id of a bare order. */
export const bareWorkflowIdOf = (orderId: string): string => `bare/${orderId}`;

/** Starts its workers, each in a process of its own as the order workflow's are. */
export async function startBareOrders(
  client: Client,
  { address, signal }: { readonly address: string; readonly signal: AbortSignal },
): Promise<BareOrders> {
  await using starting = new AsyncDisposableStack();
  const { namespace } = client.options;
  const start = async (queue: keyof TaskQueues) => {
    const nodeOptions = ['--conditions=@bezel/source'];
    const program = new URL('worker-process.ts', import.meta.url);
    const worker = starting.use(startProcess<BareWorkerProgram>(program, { signal, nodeOptions }));
    starting.defer(async () => {
      if (!signal.aborted) await worker.ask('stop', null);
    });
    await worker.ask('start', { address, namespace, queue, taskQueues: QUEUES });
    return worker;
  };
  const [orders] = await Promise.all([start('orders'), start('mes'), start('pricing')]);
  const moves = () => orders.ask('moves', null);
  const workers = starting.move();
  return {
    contender: bareOrders(client, { moves, taskQueues: QUEUES }),
    [Symbol.asyncDispose]: () => workers.disposeAsync(),
  };
}

interface BareOrdersOptions {
  /** The moves made since this was asked last. */
  readonly moves: () => Promise<readonly (readonly [orderId: string, seq: number])[]>;
  readonly taskQueues: TaskQueues;
}

/** Lives of the bare workflow, whose workers run on these queues. */
export function bareOrders(client: Client, { moves, taskQueues }: BareOrdersOptions): Contender {
  const known = new Map<string, Reached>();
  return {
    async begin(order) {
      const args: [BareStart] = [{ order, taskQueues, alarmMs: DAY_MS, offerValidForMs: 7 * DAY_MS }];
      const workflowId = bareWorkflowIdOf(order.orderId);
      await client.workflow.start(BARE_WORKFLOW, {
        ...{ workflowId, taskQueue: taskQueues.orders, args },
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowTaskTimeout: '5s',
      });
    },
    async tell(orderId, fact) {
      await client.workflow.getHandle(bareWorkflowIdOf(orderId)).signal<[BareFact]>(BARE_SIGNAL, fact);
    },
    async reached(orderIds) {
      for (const [orderId, seq] of await moves()) known.set(orderId, { seq, offerId: orderId });
      return those(known, orderIds);
    },
  };
}
