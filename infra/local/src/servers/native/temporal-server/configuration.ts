import { signedInUrl, type WebUi } from '../../context.ts';
import { TEMPORAL_NAMESPACE } from '../../server.ts';
import { DYNAMIC_SETTINGS } from '../temporal-settings.ts';

/** Temporal's services; one process runs them all. */
export const SERVICES = ['frontend', 'history', 'matching', 'worker'] as const;

/** Where one service listens: for calls, and for the others to find it. */
export interface ServicePorts {
  readonly grpc: number;
  readonly membership: number;
}

export interface ServerSettings {
  readonly ports: Readonly<Record<(typeof SERVICES)[number], ServicePorts>>;
  readonly metricsPort: number;
  /** The file with {@link dynamicConfiguration}. */
  readonly dynamicFile: string;
  /** URLs of the two databases, with the login that works with rows. */
  readonly databases: { readonly main: string; readonly visibility: string };
}

/**
 * How many parts the histories are shared out to. It can never be changed for a database that has orders. Each part costs
 * polls of its own; on one machine more than a few only wait for the same disk.
 */
const HISTORY_SHARDS = 4;

/** Each of the four services opens pools of its own of these sizes at most. */
const CONNECTIONS = { main: 16, visibility: 4 };

/**
 * The server's configuration file as an object: everything on 127.0.0.1, no archival. (The file is
 * YAML, of which JSON is a part.)
 */
export function serverConfiguration({ ports, metricsPort, dynamicFile, databases }: ServerSettings): object {
  const store = (url: string, maxConns: number): object => {
    const { hostname, port, username, password, pathname } = new URL(url);
    return {
      sql: {
        pluginName: 'postgres12',
        databaseName: pathname.slice(1),
        connectAddr: `${hostname}:${port === '' ? 5432 : port}`,
        connectProtocol: 'tcp',
        user: decodeURIComponent(username),
        password: decodeURIComponent(password),
        maxConns,
        maxIdleConns: maxConns,
        maxConnLifetime: '1h',
      },
    };
  };
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'main',
      visibilityStore: 'visibility',
      numHistoryShards: HISTORY_SHARDS,
      datastores: {
        main: store(databases.main, CONNECTIONS.main),
        visibility: store(databases.visibility, CONNECTIONS.visibility),
      },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' },
      metrics: { prometheus: { listenAddress: `127.0.0.1:${metricsPort}` } },
    },
    services: Object.fromEntries(
      SERVICES.map((name) => [
        name,
        { rpc: { grpcPort: ports[name].grpc, membershipPort: ports[name].membership, bindOnLocalHost: true } },
      ]),
    ),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `127.0.0.1:${ports.frontend.grpc}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicFile, pollInterval: '1m' },
  };
}

/** The settings that a running server looks up again and again, as an object; each may have a value by namespace. */
export const dynamicConfiguration = (): object =>
  Object.fromEntries(Object.entries(DYNAMIC_SETTINGS).map(([name, value]) => [name, [{ value }]]));

/** Where a server on this machine tells Prometheus of itself. */
export const metricsUrl = (port: number): string => `http://127.0.0.1:${port}/metrics`;

/**
 * The web UI's configuration file as an object. It asks nobody on the Internet for anything. Where it decodes payloads its users
 * sign in: it gives their tokens to the codec server, which shows payloads to some of them.
 */
export function uiConfiguration(ui: WebUi, server: string): object {
  const { port, decoding } = ui;
  return {
    temporalGrpcAddress: server,
    host: '127.0.0.1',
    port,
    enableUi: true,
    defaultNamespace: TEMPORAL_NAMESPACE,
    disableNewsFetch: true,
    notifyOnNewVersion: false,
    cors: { cookieInsecure: true, allowOrigins: [`http://127.0.0.1:${port}`, `http://localhost:${port}`] },
    ...(decoding === null
      ? {}
      : {
          auth: {
            enabled: true,
            providers: [
              {
                label: 'Bezel',
                type: 'oidc',
                providerUrl: decoding.issuer,
                clientId: decoding.clientId,
                clientSecret: decoding.clientSecret,
                callbackUrl: signedInUrl(ui),
                scopes: ['openid'],
              },
            ],
          },
          codec: { endpoint: decoding.codecUrl, passAccessToken: true },
        }),
  };
}
