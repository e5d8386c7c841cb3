import { join } from 'node:path';
import type { ServerAddresses } from '../../servers/server.ts';
import { processUnit } from '../../supervisor/process-unit.ts';
import type { Unit } from '../../supervisor/unit.ts';
import type { App, AppDatabase } from '../databases.ts';
import type { AppInstance, Door } from '../layout.ts';
import { CHECKOUT, COMPILED, logFile, type Places } from '../places.ts';
import type { Ports } from '../state/ports.ts';

/** What the apps are told of the stack they are in. */
export interface AppContext {
  readonly places: Places;
  readonly ports: Ports;
  readonly servers: Pick<ServerAddresses, 'kafka' | 'temporal'>;
  readonly databases: Readonly<Record<App, AppDatabase>>;
  readonly identity: {
    readonly issuer: string;
    readonly jwks: string;
    readonly token: string;
    readonly audience: string;
  };
  readonly serviceClient: { readonly clientId: string; readonly clientSecret: string };
  readonly courierWebhookSecret: string;
  /** What Temporal keeps of an order is encrypted with the first; as in TEMPORAL_PAYLOAD_KEYS. */
  readonly payloadKeys: string;
  readonly doors: Readonly<Record<Door, number>>;
  /** Variables and arguments of Node beyond those of every stack: what one process is told that others are not. */
  readonly more?: {
    readonly environment?: Readonly<Record<string, string>>;
    readonly nodeArguments?: readonly string[];
  };
}

/** The environment of an app, apart from its roles and ports. */
export function appEnvironment(app: App, context: AppContext): Record<string, string | undefined> {
  const { servers, databases, identity, serviceClient, doors } = context;
  return {
    ...process.env,
    DATABASE_URL: databases[app].url,
    MIGRATION_DATABASE_URL: undefined,
    KAFKA_BROKERS: servers.kafka.brokers.join(','),
    TEMPORAL_ADDRESS: servers.temporal.address,
    TEMPORAL_NAMESPACE: servers.temporal.namespace,
    TEMPORAL_UI_URL: servers.temporal.ui ?? undefined,
    TEMPORAL_PAYLOAD_KEYS: context.payloadKeys,
    AUTH_ISSUER: identity.issuer,
    AUTH_JWKS_URL: identity.jwks,
    AUTH_AUDIENCE: identity.audience,
    AUTH_TOKEN_URL: identity.token,
    AUTH_CLIENT_ID: serviceClient.clientId,
    AUTH_CLIENT_SECRET: serviceClient.clientSecret,
    SHOP_URL: `http://127.0.0.1:${doors.shop}`,
    COURIER_WEBHOOK_SECRET: context.courierWebhookSecret,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    PARTNER_HTTP_PORT: '0',
    METRICS_PORT: '0',
    NODE_ENV: 'production',
    NODE_COMPILE_CACHE: COMPILED,
  };
}

/**
 * What a test breaks on purpose in one kind of process (@bezel/outbox/testing): BEZEL_FAILPOINTS_SHOP_BACK holds the
 * failpoints of `shop-back`. A process with failpoints does not claim to be in production, where they are refused.
 */
function failpointsOf(name: string): Record<string, string> {
  const failpoints = process.env[`BEZEL_FAILPOINTS_${name.toUpperCase().replaceAll('-', '_')}`];
  return failpoints === undefined ? {} : { BEZEL_FAILPOINTS: failpoints, NODE_ENV: 'test' };
}

/** kafkajs asks for timers in the past; Node would say so once a process. */
export const NODE_ARGUMENTS = ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning'] as const;

/** The file an app is started from. */
export const entryOf = (folder: string): string => join(CHECKOUT, 'apps', folder, 'dist', 'main.js');

/** One instance of an app as a supervised process: ready when its management port says that every role works. */
export async function appUnit(instance: AppInstance, context: AppContext): Promise<Unit> {
  const { places, ports } = context;
  const urls: Record<string, string> = {};
  const variables: Record<string, string> = {};
  for (const [variable, door] of Object.entries(instance.doors)) {
    const port = instance.first ? context.doors[door] : await ports.remembered(`${instance.instance} ${door}`);
    variables[variable] = String(port);
    urls[door] = `http://127.0.0.1:${port}`;
  }
  const metrics = await ports.remembered(`${instance.instance} management`);
  const management = `http://127.0.0.1:${metrics}`;
  return processUnit({
    name: instance.instance,
    roles: instance.roles,
    urls: { ...urls, management },
    logFile: logFile(places, instance.instance),
    command: {
      file: process.execPath,
      args: [...NODE_ARGUMENTS, ...(context.more?.nodeArguments ?? []), entryOf(instance.folder)],
      env: {
        ...appEnvironment(instance.app, context),
        ...variables,
        METRICS_PORT: String(metrics),
        ROLES: instance.roles.join(','),
        SERVICE_INSTANCE: instance.instance,
        ...failpointsOf(instance.name),
        ...context.more?.environment,
      },
      cwd: CHECKOUT,
    },
    async probe() {
      const response = await fetch(`${management}/health/ready`, { signal: AbortSignal.timeout(2_000) });
      if (!response.ok) {
        throw new Error(`${management}/health/ready answers ${response.status}: ${await response.text()}`);
      }
    },
  });
}
