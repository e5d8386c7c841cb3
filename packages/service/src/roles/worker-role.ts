import { setTimeout as delay } from 'node:timers/promises';
import type { Role } from '../service/index.ts';
import { log } from '../telemetry/index.ts';

/** A Temporal worker with its connection, as far as the role needs them. */
export interface ConnectedWorker {
  /** Polls until `shutdown`; rejects when the worker failed for good. */
  run(): Promise<void>;
  /** Asks `run` to end once the tasks at hand are done. */
  shutdown(): void;
  /** Rejects when Temporal does not answer right now. */
  check(): Promise<void>;
  /** Closes the connection; after `run` has ended. */
  close(): Promise<void>;
}

/** Waits between tries to reach Temporal at the start: doubled up to the longest. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

/**
 * The role of a Temporal worker. `connect` is tried until it succeeds: Temporal being away when we start only delays.
 * A worker that ends by itself ends the process, whose supervisor starts it again.
 *
 * @param alsoNeeds whatever else the activities cannot do without, such as the database's `ping`
 */
export function workerRole(connect: () => Promise<ConnectedWorker>, alsoNeeds: () => Promise<void>): Role {
  const stopping = new AbortController();
  let worker: ConnectedWorker | undefined;
  let running: Promise<void> = Promise.resolve();

  async function work(fatal: (error: unknown) => void): Promise<void> {
    worker = await connectAtLast(connect, stopping.signal);
    if (worker === undefined) {
      return;
    }
    try {
      await worker.run();
    } catch (error) {
      fatal(error);
    } finally {
      await worker.close();
    }
    if (!stopping.signal.aborted) {
      fatal(new Error('the Temporal worker ended by itself'));
    }
  }

  return {
    async start(fatal) {
      running = work(fatal);
      running.catch(fatal);
    },
    async stop() {
      stopping.abort();
      worker?.shutdown();
      await running;
    },
    async health() {
      if (worker === undefined) {
        throw new Error('not connected to Temporal yet');
      }
      await Promise.all([worker.check(), alsoNeeds()]);
    },
  };
}

/** The worker, or undefined when the role was stopped before Temporal answered. */
async function connectAtLast(
  connect: () => Promise<ConnectedWorker>,
  signal: AbortSignal,
): Promise<ConnectedWorker | undefined> {
  for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      const worker = await connect();
      if (!signal.aborted) {
        return worker;
      }
      await worker.close();
    } catch (error) {
      log.warn({ err: error }, `Temporal cannot be reached; trying again in ${wait} ms`);
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}
