import '@bezel/service/telemetry';
import { OutboxModule } from '@bezel/outbox/nestjs';
import {
  configOrExit,
  httpRole,
  kafkaClient,
  logProblem,
  migrateRole,
  openDatabase,
  outboxRole,
  RELAY_PACE,
  startService,
  sweepingRole,
} from '@bezel/service';
import { readConfig } from './config.ts';
import type { CrmDatabase } from './database/crm-database.ts';
import { OrdersModule } from './orders/orders.module.ts';
import { OrderProjection } from './projection/order-projection.ts';
import { AskedRepairs } from './repair/asked-repairs.ts';
import { CRM_SWEEPS } from './sweeps.ts';

const config = configOrExit(readConfig);
const database = openDatabase<CrmDatabase>({ url: config.databaseUrl, name: 'crm-api', max: 20 });
const kafka = await kafkaClient(config.kafka, 'crm-api');
const outbox = { db: database.pool, source: '/bezel/crm' };

await startService({
  name: 'crm-api',
  config,
  resources: [database],
  roles: {
    migrate: () =>
      migrateRole({
        url: config.migrationDatabaseUrl,
        login: config.databaseLogin,
        app: { name: 'crm', folder: new URL('../migrations/', import.meta.url) },
      }),
    api: () =>
      httpRole({
        name: 'crm-api',
        title: 'CRM',
        description: 'All orders of all doors, as sales sees them: built from events, never asked of the shop.',
        database,
        identity: config.identity,
        module: OrdersModule,
        host: config.host,
        port: config.httpPort,
      }),
    consumer: () =>
      outboxRole({
        runs: 'consumer',
        providers: [OrderProjection, AskedRepairs],
        imports: [
          OutboxModule.forRoot({
            ...outbox,
            consumer: { subscriber: kafka.subscriber(), groupId: 'crm', onError: logProblem },
          }),
        ],
      }),
    relay: () =>
      sweepingRole(
        outboxRole({
          runs: 'relay',
          imports: [
            OutboxModule.forRoot({
              ...outbox,
              relay: { publisher: kafka.publisher(), pace: RELAY_PACE, onError: logProblem },
              retention: { onError: ({ error }) => logProblem({ kind: 'retention', error }) },
            }),
          ],
        }),
        'crm',
        CRM_SWEEPS.relay(database.kysely),
      ),
  },
});
