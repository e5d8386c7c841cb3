import { createOrdersWorker, installTemporalRuntime } from '@bezel/order-workflow/worker';
import { type Database, log, measureActivities, type Role, withOrder, workerRole } from '@bezel/service';
import { NativeConnection } from '@temporalio/worker';
import type { Config } from '../config.ts';
import type { ShopDatabase } from '../database/shop-database.ts';
import { shopActivities } from './shop-activities.ts';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** The role `worker`: runs the orders' workflows and the shop's activities while Temporal and Postgres answer. */
export function ordersWorkerRole(
  database: Database<ShopDatabase>,
  { temporal, poolMax }: Pick<Config, 'temporal' | 'poolMax'>,
): Role {
  installTemporalRuntime((level, message, fields) => log[LEVELS[level]](fields, message));
  return workerRole(
    async () =>
      createOrdersWorker({
        connection: await NativeConnection.connect({ address: temporal.address }),
        namespace: temporal.namespace,
        activities: measureActivities(shopActivities(database.kysely)),
        // More would only wait for connections, with the clock of their time-out running.
        maxConcurrentActivities: poolMax,
        around: withOrder,
      }),
    database.ping,
  );
}
