import '@bezel/service/telemetry';
import { createConsumer, createRelay } from '@bezel/outbox';
import {
  configOrExit,
  consumerRole,
  httpRole,
  kafkaClient,
  logProblem,
  migrateRole,
  openDatabase,
  relayRole,
  startService,
} from '@bezel/service';
import { readConfig } from './config.ts';
import type { CrmDatabase } from './orders/crm-database.ts';
import { OrdersModule } from './orders/orders.module.ts';
import { handlers } from './projection/handlers.ts';

const config = configOrExit(readConfig);
const database = openDatabase<CrmDatabase>({ url: config.databaseUrl, name: 'crm-api', max: 20 });
const kafka = await kafkaClient(config.kafka, 'crm-api');

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
      consumerRole(
        database,
        createConsumer({
          db: database.pool,
          subscriber: kafka.subscriber(),
          groupId: 'crm',
          handlers,
          onError: logProblem,
        }),
      ),
    relay: () =>
      relayRole(database, createRelay({ db: database.pool, publisher: kafka.publisher(), onError: logProblem })),
  },
});
