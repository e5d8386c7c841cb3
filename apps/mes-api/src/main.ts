import '@bezel/service/telemetry';
import { installTemporalRuntime } from '@bezel/order-workflow/worker';
import { createConsumer } from '@bezel/outbox';
import {
  configOrExit,
  consumerRole,
  httpRole,
  kafkaClient,
  log,
  logProblem,
  migrateRole,
  openDatabase,
  startService,
} from '@bezel/service';
import { followOrderStatus } from './board/follow-order-status.ts';
import { readConfig } from './config.ts';
import type { MesDatabase } from './database/mes-database.ts';
import { MesModule } from './mes.module.ts';
import { mesWorkerRole, pricingRole } from './workers.ts';

const config = configOrExit(readConfig);
const database = openDatabase<MesDatabase>({ url: config.databaseUrl, name: 'mes-api', max: config.poolMax });
const kafka = await kafkaClient(config.kafka, 'mes-api');
installTemporalRuntime((level, message, fields) => {
  log[level === 'ERROR' ? 'error' : level === 'WARN' ? 'warn' : 'info']({ temporal: fields }, message);
});

await startService({
  name: 'mes-api',
  config,
  resources: [database],
  roles: {
    migrate: () =>
      migrateRole({
        url: config.migrationDatabaseUrl,
        login: decodeURIComponent(new URL(config.databaseUrl).username),
        app: { name: 'mes', folder: new URL('../migrations/', import.meta.url) },
      }),
    api: () =>
      httpRole({
        name: 'mes-api',
        title: 'MES',
        description: "The operators' board: work orders from OPEN to SHIPPED, and the metal in the house.",
        latest: '/v1/work-orders',
        database,
        identity: config.identity,
        module: MesModule,
        host: config.host,
        port: config.httpPort,
      }),
    consumer: () =>
      consumerRole(
        database,
        createConsumer({
          db: database.pool,
          subscriber: kafka.subscriber(),
          groupId: 'mes.board',
          handlers: [followOrderStatus],
          onError: logProblem,
        }),
      ),
    pricing: () => pricingRole(config, database),
    worker: () => mesWorkerRole(config, database),
  },
});
