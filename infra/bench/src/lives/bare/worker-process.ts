import { serve } from '@bezel/local/measuring';
import { installTemporalRuntime } from '@bezel/order-workflow/worker';
import { type BareWorker, type BareWorkerPlace, createBareWorker } from './worker.ts';

// A worker of the bare workflow in a process of its own, as those of the order workflow are.

export type BareWorkerProgram = {
  /** Settles when it polls. */
  start(place: BareWorkerPlace): Promise<void>;
  /** The moves made since it was asked last: order and number of the move. */
  moves(nothing: null): Promise<readonly (readonly [orderId: string, seq: number])[]>;
  stop(nothing: null): Promise<void>;
};

let made: (readonly [string, number])[] = [];
let worker: BareWorker | undefined;
let running: Promise<void> = Promise.resolve();

serve({
  async start(place) {
    installTemporalRuntime(() => {});
    worker = await createBareWorker(place, (orderId, seq) => made.push([orderId, seq]));
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
