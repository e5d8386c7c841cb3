import { createOrdersWorker, installTemporalRuntime } from '@bezel/order-workflow/worker';
import type { Outbox } from '@bezel/outbox';
import { outboxToken } from '@bezel/outbox/nestjs';
import { type Database, log, measureActivities, type Role, withOrder, workerRole } from '@bezel/service';
import { NativeConnection } from '@temporalio/worker';
import type { Config } from '../config.ts';
import type { ShopDatabase } from '../database/shop-database.ts';
import { shopOutbox } from '../outbox.ts';
import { shopActivities } from './shop-activities.ts';

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Connections of the worker's pool; an activity takes one, so that as many run at a time and none waits for its turn. */
export const WORKER_CONNECTIONS = 8;

/** The role `worker`: runs the orders' workflows and the shop's activities while Temporal and Postgres answer. */
export function ordersWorkerRole(database: Database<ShopDatabase>, { temporal }: Pick<Config, 'temporal'>): Role {
  installTemporalRuntime((level, message, fields) => log[LEVELS[level]](fields, message));
  return workerRole({
    imports: [shopOutbox(database)],
    activities: {
      inject: [outboxToken()],
      useFactory: (outbox: Outbox) => measureActivities(shopActivities(outbox, database.kysely)),
    },
    connect: async (activities) =>
      createOrdersWorker({
        connection: await NativeConnection.connect({ address: temporal.address }),
        namespace: temporal.namespace,
        payloadKeys: temporal.payloadKeys,
        activities,
        maxConcurrentActivities: WORKER_CONNECTIONS,
        around: withOrder,
      }),
    alsoNeeds: database.ping,
  });
}
