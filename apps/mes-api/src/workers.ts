import { TASK_QUEUES } from '@bezel/order-workflow';
import { createActivityWorker } from '@bezel/order-workflow/worker';
import { type Database, measureActivities, type Role, withOrder, workerRole } from '@bezel/service';
import { NativeConnection } from '@temporalio/worker';
import type { Config } from './config.ts';
import type { MesDatabase } from './database/mes-database.ts';
import { pricingActivities } from './pricing/activities.ts';
import { AnalysisThreads } from './pricing/geometry/analysis-threads.ts';
import { AccessTokens } from './pricing/model/access-token.ts';
import { readPriceLists } from './pricing/prices/price-list.ts';
import { mesActivities } from './work-orders/activities.ts';

/** Connections of the worker's pool. Each activity takes one, so that many run at a time; the health check takes one. */
export const WORKER_CONNECTIONS = 11;
/** Connections of pricing's pool: an analysis asks the database twice, for milliseconds. */
export const PRICING_CONNECTIONS = 4;

/** Activities that wait for a model or for a thread at a time, beside those that have a thread. */
const PRICING_AHEAD = 8;

/** The role `worker`: opens and withdraws work orders for the order workflow. */
export function mesWorkerRole(config: Config, database: Database<MesDatabase>): Role {
  const activities = measureActivities(mesActivities(database.kysely));
  const atATime = WORKER_CONNECTIONS - 1;
  return activityRole(config, database, { taskQueue: TASK_QUEUES.mes, activities, atATime });
}

/** The role `pricing`: measures models on threads and prices them. Any number of processes share the work. */
export function pricingRole(config: Config, database: Database<MesDatabase>): Role {
  const { shopUrl, threads: count, ...credentials } = config.pricing;
  const threads = new AnalysisThreads({ threads: count });
  const activities = measureActivities(
    pricingActivities({
      db: database.kysely,
      source: { shopUrl, tokens: new AccessTokens(credentials) },
      threads,
      priceLists: readPriceLists(),
    }),
  );
  const atATime = count + PRICING_AHEAD;
  const role = activityRole(config, database, { taskQueue: TASK_QUEUES.pricing, activities, atATime });
  return {
    ...role,
    async stop() {
      await role.stop();
      await threads[Symbol.asyncDispose]();
    },
  };
}

function activityRole(
  { temporal, instance }: Config,
  database: Database<MesDatabase>,
  work: { readonly taskQueue: string; readonly activities: object; readonly atATime: number },
): Role {
  const connect = async () =>
    createActivityWorker({
      connection: await NativeConnection.connect({ address: temporal.address }),
      namespace: temporal.namespace,
      taskQueue: work.taskQueue,
      activities: work.activities,
      maxConcurrentActivities: work.atATime,
      around: withOrder,
      ...(instance !== undefined && { identity: instance }),
    });
  return workerRole(connect, () => database.ping());
}
