import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import type { FactoryProvider, INestApplicationContext, ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { NestLog } from '../http/nest-log.ts';
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

/** A Temporal worker, what its activities are made of, and what they cannot do without. */
export interface WorkerRoleOptions<Activities> extends Pick<ModuleMetadata, 'imports'> {
  /** Makes the activities, as the factory of a Nest provider: of what `inject` names and `imports` export. */
  readonly activities: Pick<FactoryProvider<Activities>, 'inject' | 'useFactory'>;
  /** Makes the worker of them. Tried until it succeeds: Temporal being away when we start only delays. */
  readonly connect: (activities: Activities) => Promise<ConnectedWorker>;
  /** Whatever else the activities cannot do without, such as the database's `ping`. */
  readonly alsoNeeds: () => Promise<void>;
}

/** Waits between tries to reach Temporal at the start: doubled up to the longest. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5_000;

class WorkerRoleModule {}
const ACTIVITIES = Symbol('activities');

/**
 * The role of a Temporal worker: its activities are made in a Nest application of its own, without a door. A worker that
 * ends by itself ends the process, whose supervisor starts it again.
 *
 * @example
 * workerRole({
 *   imports: [OutboxModule.forRoot({ db: pool, source })],
 *   activities: { inject: [outboxToken()], useFactory: (outbox: Outbox) => shopActivities(outbox, kysely) },
 *   connect: async (activities) => createOrdersWorker({ connection: await NativeConnection.connect(), activities }),
 *   alsoNeeds: database.ping,
 * })
 */
export function workerRole<Activities>({
  imports = [],
  activities,
  connect,
  alsoNeeds,
}: WorkerRoleOptions<Activities>): Role {
  const stopping = new AbortController();
  let starting: Promise<INestApplicationContext> | undefined;
  let worker: ConnectedWorker | undefined;
  let running: Promise<void> = Promise.resolve();

  async function work(made: Activities, fatal: (error: unknown) => void): Promise<void> {
    worker = await connectAtLast(() => connect(made), stopping.signal);
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
      starting = NestFactory.createApplicationContext(
        { module: WorkerRoleModule, imports, providers: [{ provide: ACTIVITIES, ...activities }] },
        { logger: new NestLog(), abortOnError: false },
      );
      const app = await starting;
      running = work(app.get<Activities>(ACTIVITIES), fatal);
      running.catch(fatal);
    },
    async stop() {
      stopping.abort();
      // One that could not start has stopped what it had begun.
      const app = await starting?.catch(() => undefined);
      worker?.shutdown();
      await running;
      await app?.close();
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
