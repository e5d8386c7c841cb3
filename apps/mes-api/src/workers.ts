import { TASK_QUEUES } from '@bezel/order-workflow';
import { createActivityWorker } from '@bezel/order-workflow/worker';
import type { Outbox } from '@bezel/outbox';
import { outboxToken } from '@bezel/outbox/nestjs';
import {
  type Database,
  measureActivities,
  type Role,
  sweepingRole,
  type WorkerRoleOptions,
  withOrder,
  workerRole,
} from '@bezel/service';
import { NativeConnection } from '@temporalio/worker';
import type { Config } from './config.ts';
import type { MesDatabase } from './database/mes-database.ts';
import { mesOutbox } from './outbox.ts';
import { pricingActivities } from './pricing/activities.ts';
import { ModelAnalyser } from './pricing/analysis/model-analyser.ts';
import { AnalysisThreads } from './pricing/geometry/analysis-threads.ts';
import { AccessTokens } from './pricing/model/access-token.ts';
import { PriceLists } from './pricing/prices/price-lists.ts';
import { tellPriceLists } from './pricing/prices/tell-price-lists.ts';
import { MES_SWEEPS } from './sweeps.ts';
import { mesActivities } from './work-orders/activities.ts';

/** Connections of the worker's pool. Each activity takes one, so that many run at a time; the health check takes one. */
export const WORKER_CONNECTIONS = 11;
/** Connections of pricing's pool: an analysis and the sweeper ask the database a few times, for milliseconds each. */
export const PRICING_CONNECTIONS = 4;

/** Activities that wait for a model or for a thread at a time, beside those that have a thread. */
const PRICING_AHEAD = 8;

/** The role `worker`: opens and withdraws work orders for the order workflow. */
export function mesWorkerRole(config: Config, database: Database<MesDatabase>): Role {
  return activityRole(config, database, {
    taskQueue: TASK_QUEUES.mes,
    imports: [mesOutbox(database)],
    activities: {
      inject: [outboxToken()],
      useFactory: (outbox: Outbox) => measureActivities(mesActivities(outbox, database.kysely)),
    },
    atATime: WORKER_CONNECTIONS - 1,
  });
}

/** The role `pricing`: measures models on threads and prices them. Any number of processes share the work. */
export function pricingRole(config: Config, database: Database<MesDatabase>): Role {
  const { shopUrl, threads: count, priceListFolder, ...credentials } = config.pricing;
  const threads = new AnalysisThreads({ threads: count });
  const source = { shopUrl, tokens: new AccessTokens(credentials) };
  const analyser = new ModelAnalyser({ db: database.kysely, source, threads });
  const priceLists = new PriceLists({ onNews: tellPriceLists, ...(priceListFolder && { folder: priceListFolder }) });
  const activities = activityRole(config, database, {
    taskQueue: TASK_QUEUES.pricing,
    imports: [mesOutbox(database)],
    activities: {
      inject: [outboxToken()],
      useFactory: (outbox: Outbox) =>
        measureActivities(pricingActivities({ db: database.kysely, outbox, analyser, priceLists })),
    },
    atATime: count + PRICING_AHEAD,
  });
  const role = sweepingRole(activities, 'mes', MES_SWEEPS.pricing(database.kysely));
  return {
    ...role,
    async start(fatal) {
      // Operators hear of a broken list or of a hole now, and not with the first order.
      await priceLists.look();
      await role.start(fatal);
    },
    async stop() {
      await role.stop();
      await threads[Symbol.asyncDispose]();
    },
  };
}

interface ActivityWork<Activities> extends Pick<WorkerRoleOptions<Activities>, 'imports' | 'activities'> {
  readonly taskQueue: string;
  readonly atATime: number;
}

const activityRole = <Activities extends object>(
  { temporal, instance }: Config,
  database: Database<MesDatabase>,
  { taskQueue, atATime, ...made }: ActivityWork<Activities>,
): Role =>
  workerRole({
    ...made,
    connect: async (activities) =>
      createActivityWorker({
        connection: await NativeConnection.connect({ address: temporal.address }),
        namespace: temporal.namespace,
        payloadKeys: temporal.payloadKeys,
        taskQueue,
        activities,
        maxConcurrentActivities: atATime,
        around: withOrder,
        ...(instance !== undefined && { identity: instance }),
      }),
    alsoNeeds: () => database.ping(),
  });
