import '@bezel/service/telemetry';
import { installTemporalRuntime } from '@bezel/order-workflow/worker';
import {
  configOrExit,
  httpRole,
  kafkaClient,
  log,
  logProblem,
  migrateRole,
  openDatabase,
  outboxRole,
  RELAY_PACE,
  startService,
  sweepingRole,
} from '@bezel/service';
import { FollowOrderStatus } from './board/follow-order-status.ts';
import { readConfig } from './config.ts';
import type { MesDatabase } from './database/mes-database.ts';
import { MesModule } from './mes.module.ts';
import { mesOutbox } from './outbox.ts';
import { AskedRepairs } from './repair/asked-repairs.ts';
import { MES_SWEEPS } from './sweeps.ts';
import { mesWorkerRole, PRICING_CONNECTIONS, pricingRole, WORKER_CONNECTIONS } from './workers.ts';

/** The consumer handles eight partitions at a time, looks at its positions now and then, and has messages published again. */
const CONSUMER_CONNECTIONS = 11;
/** The relay uses five at most, retention one, and each sweeper one. */
const RELAY_CONNECTIONS = 8;

const config = configOrExit(readConfig);
// A pool for each role: a flood in one does not take the connections of another. Pools connect when they are first used.
const open = (name: string, max: number) => openDatabase<MesDatabase>({ url: config.databaseUrl, name, max });
const board = open('mes-api', config.poolMax);
const consumer = open('mes-consumer', CONSUMER_CONNECTIONS);
const pricing = open('mes-pricing', PRICING_CONNECTIONS);
const worker = open('mes-worker', WORKER_CONNECTIONS);
const relay = open('mes-relay', RELAY_CONNECTIONS);
const kafka = await kafkaClient(config.kafka, 'mes-api');
installTemporalRuntime((level, message, fields) => {
  log[level === 'ERROR' ? 'error' : level === 'WARN' ? 'warn' : 'info']({ temporal: fields }, message);
});

await startService({
  name: 'mes-api',
  config,
  resources: [board, consumer, pricing, worker, relay],
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
        latest: '/v1/work-orders?sort=newest',
        database: board,
        identity: config.identity,
        module: MesModule,
        imports: [mesOutbox(board)],
        host: config.host,
        port: config.httpPort,
      }),
    consumer: () =>
      outboxRole({
        runs: 'consumer',
        providers: [FollowOrderStatus, { provide: AskedRepairs, useValue: new AskedRepairs(consumer.pool) }],
        imports: [
          mesOutbox(consumer, {
            consumer: { subscriber: kafka.subscriber(), groupId: 'mes.board', onError: logProblem },
          }),
        ],
      }),
    pricing: () => pricingRole(config, pricing),
    worker: () => mesWorkerRole(config, worker),
    relay: () =>
      sweepingRole(
        outboxRole({
          runs: 'relay',
          imports: [
            mesOutbox(relay, {
              relay: { publisher: kafka.publisher(), pace: RELAY_PACE, onError: logProblem },
              retention: { onError: ({ error }) => logProblem({ kind: 'retention', error }) },
            }),
          ],
        }),
        'mes',
        MES_SWEEPS.relay(relay.kysely),
      ),
  },
});
