import {
  type Database,
  httpRole,
  type KafkaClient,
  logProblem,
  migrateRole,
  openDatabase,
  outboxRole,
  RELAY_PACE,
  type ServiceOptions,
  sweepingRole,
} from '@bezel/service';
import type { Config, ROLES } from './config.ts';
import type { ShopDatabase } from './database/shop-database.ts';
import { customersDoor } from './doors/customers-door.ts';
import { partnersDoor } from './doors/partners-door.ts';
import { OrdersInTemporal } from './operations/orders-in-temporal.ts';
import { CONSUMER_CONNECTIONS, orchestratorRole } from './orchestrator/orchestrator-role.ts';
import { shopOutbox } from './outbox.ts';
import { reportingStages } from './stages/report-stages.ts';
import { readStageFigures } from './stages/stage-figures.ts';
import { ordersWorkerRole, WORKER_CONNECTIONS } from './status/worker-role.ts';
import { SHOP_SWEEPS } from './sweeps.ts';

type RoleName = (typeof ROLES)[number];

/** Connections of the relay's pool: it uses five at most, retention one, the figures of the stages one, each sweeper one. */
const RELAY_CONNECTIONS = 9;

/** The roles of the shop and the pools they work with, for `startService`. Pools connect when they are first used. */
export function shopRoles(
  config: Config,
  kafka: KafkaClient,
): Required<Pick<ServiceOptions, 'resources'>> & {
  readonly roles: Record<RoleName, ServiceOptions['roles'][string]>;
} {
  // A pool for each role: none can keep the connections another one needs.
  const open = (name: string, max: number): Database<ShopDatabase> =>
    openDatabase<ShopDatabase>({ url: config.databaseUrl, name, max });
  const customers = open('shop-api', config.poolMax);
  const partners = open('shop-partner', config.partnerPoolMax);
  const consumer = open('shop-consumer', CONSUMER_CONNECTIONS);
  const worker = open('shop-worker', WORKER_CONNECTIONS);
  const relay = open('shop-relay', RELAY_CONNECTIONS);
  const visibility = new OrdersInTemporal(config.temporal);
  const { host, identity } = config;
  return {
    resources: [customers, partners, consumer, worker, relay, visibility],
    // From the outer doors inwards: they stop in this order and start in the opposite one.
    roles: {
      migrate: () =>
        migrateRole({
          url: config.migrationDatabaseUrl,
          login: decodeURIComponent(new URL(config.databaseUrl).username),
          app: { name: 'shop', folder: new URL('../migrations/', import.meta.url) },
        }),
      api: () =>
        httpRole({
          name: 'shop-api',
          title: 'Shop',
          description: "The customers' door: orders with their models, prices to accept, and the couriers' callback.",
          database: customers,
          host,
          port: config.httpPort,
          identity,
          rawBody: true,
          module: customersDoor({ ...config, visibility }),
          imports: [shopOutbox(customers)],
        }),
      partner: () =>
        httpRole({
          name: 'shop-partner',
          title: 'Shop for partners',
          description: "The partners' door: the same orders, on a port, a pool and limits of its own.",
          database: partners,
          host,
          port: config.partnerPort,
          identity,
          module: partnersDoor({ maxInFlight: config.partnerMaxInFlight }),
          imports: [shopOutbox(partners)],
        }),
      consumer: () => orchestratorRole(consumer, kafka, config),
      worker: () => ordersWorkerRole(worker, config),
      // The figures of the stages come from here, and it sweeps: it needs Postgres alone, and runs when Temporal and its
      // workers do not.
      relay: () =>
        sweepingRole(
          reportingStages(
            outboxRole({
              runs: 'relay',
              imports: [
                shopOutbox(relay, {
                  relay: { publisher: kafka.publisher(), pace: RELAY_PACE, onError: logProblem },
                  retention: { onError: ({ error }) => logProblem({ kind: 'retention', error }) },
                }),
              ],
            }),
            () => readStageFigures(relay.kysely),
          ),
          'shop',
          SHOP_SWEEPS.relay(relay.kysely),
        ),
    },
  };
}
