import { type CodecServer, codecUnit, codecUrl } from '../codec-server/provide.ts';
import { identityAddresses, identityUnit } from '../identity/unit.ts';
import { identify } from '../processes/process-identity.ts';
import { startsFullTemporal } from '../servers/choosing/choice.ts';
import { signedInUrl, type WebUi, webUiUrl } from '../servers/context.ts';
import type { ProvidedServers } from '../servers/provide.ts';
import { writeJsonAtomically } from '../supervisor/atomic-json.ts';
import { type AppContext, appUnit } from './apps/app-units.ts';
import { build } from './apps/build.ts';
import { migrateAll } from './apps/migrate.ts';
import { reconcilerUnit } from './apps/reconciler-unit.ts';
import { provideDatabases } from './databases.ts';
import { DOORS, type Door, instancesOf, type Scale } from './layout.ts';
import { logFile } from './places.ts';
import { type ServerOptions, startServers } from './start-servers.ts';
import type { Ports } from './state/ports.ts';
import type { Secrets } from './state/secrets.ts';
import type { Session } from './state/session.ts';
import { CLIENTS, type StackFile } from './state/stack-file.ts';
import { provideTopics } from './topics.ts';

export interface StackOptions {
  readonly scale: Scale;
  /** Servers, databases, topics and the identity provider; no apps. */
  readonly onlyServers: boolean;
}

const AUDIENCE = 'bezel';
const CONSOLE_PORT = 3000;

/**
 * Brings the whole stack up and settles when every process is ready. Servers start while the apps are built; the
 * databases are migrated as soon as Postgres and the build are there; then all apps start at once. When something fails,
 * the build has ended too, and closing the session ends what had started.
 */
export async function startStack(session: Session, options: StackOptions): Promise<StackFile> {
  const failing = new AbortController();
  const signal = AbortSignal.any([session.signal, failing.signal]);
  const built = options.onlyServers ? null : session.progress.step('apps built', (detail) => build(signal, detail));
  built?.catch(() => {}); // awaited below; until then its failure must not count as unhandled
  try {
    return await bringUp(session, options, built);
  } catch (error) {
    failing.abort(error);
    await built?.catch(() => {});
    throw error;
  }
}

async function bringUp(session: Session, options: StackOptions, built: Promise<void> | null): Promise<StackFile> {
  const { supervisor, progress } = session;
  const base = await provideBase(session, { postgresSettings: POSTGRES_SETTINGS, webUi: true }, built);
  const announce = announcer(session, base);
  announce(false);
  if (built !== null) {
    const apps = await Promise.all(instancesOf(options.scale).map((instance) => appUnit(instance, base.context)));
    const codec = base.codec === null ? [] : [codecUnit(base.codec, base.context)];
    const units = [...apps, await reconcilerUnit(base.context, base.clients.admin), ...codec];
    await progress.step(`${units.length} app processes ready`, () => supervisor.start(units));
  }
  return announce(true);
}

/** Everything of a stack but its apps. */
export interface StackBase {
  readonly context: AppContext;
  readonly provided: ProvidedServers;
  readonly clients: StackFile['servers']['identity']['clients'];
  /** What decodes for Temporal's web UI; null where that does not. */
  readonly codec: CodecServer | null;
}

/** What is wanted of a stack without its apps. */
export interface BaseSettings extends Pick<ServerOptions, 'postgresSettings' | 'kafkaDetours'> {
  /** Whether somebody will look at Temporal's web UI. */
  readonly webUi: boolean;
}

/** Starts servers and sign-in, provides databases and topics. Databases are migrated when `built` has settled; null: never. */
export async function provideBase(
  session: Session,
  { webUi, ...settings }: BaseSettings,
  built: Promise<void> | null,
): Promise<StackBase> {
  const { progress, ports, secrets, places, signal } = session;
  const doors = await openDoors(ports);
  const identityPort = await ports.remembered('identity');
  const clients = clientsWith(secrets.get);
  const identity = { ...identityAddresses(identityPort), audience: AUDIENCE };
  const courierWebhookSecret = `whsec_${Buffer.from(secrets.get('courier'), 'hex').toString('base64')}`;
  const contextOn = (servers: AppContext['servers'], databases: AppContext['databases']): AppContext => {
    return {
      ...{ places, ports, servers, databases, identity, serviceClient: clients.service, courierWebhookSecret, doors },
      payloadKeys,
    };
  };
  const payloadKeys = process.env['TEMPORAL_PAYLOAD_KEYS'] ?? payloadKeyOf(secrets);
  let databases = {} as AppContext['databases'];
  const temporalUi =
    webUi && startsFullTemporal(process.env) ? { port: await ports.remembered('temporal-web-ui') } : null;
  const codec = temporalUi === null || built === null ? null : await codecServerOf(temporalUi, ports);
  const uiClient = { clientId: 'temporal-ui', clientSecret: secrets.get('client temporal-ui') };
  const provided = await startServers(session, {
    ...settings,
    webUi: temporalUi && {
      ...temporalUi,
      decoding: codec && { issuer: identity.issuer, ...uiClient, codecUrl: codecUrl(codec) },
    },
    onceUp: {
      postgres: async ({ addresses }) => {
        databases = await provideDatabases(addresses.postgres.superuserUrl, secrets);
        if (built !== null) {
          await built;
          await progress.step('databases migrated', () => migrateAll(contextOn(addresses, databases), signal));
        }
      },
      kafka: ({ addresses }) => provideTopics(addresses.kafka.brokers),
    },
    beside: [
      identityUnit(
        {
          port: identityPort,
          keysFile: places.identityKeys,
          clientSecrets: Object.fromEntries(CLIENTS.map((name) => [name, clients[name].clientSecret])),
          webServers: temporalUi === null ? [] : [{ ...uiClient, redirectUri: signedInUrl(temporalUi) }],
          origins: originsOf(doors),
        },
        logFile(places, 'identity'),
      ),
    ],
  });
  return { context: contextOn(provided.addresses, databases), provided, clients, codec };
}

/** Beside the full server, whose web UI its users sign in at. The development server's has no sign-in, so none to ask with. */
const codecServerOf = async (ui: Pick<WebUi, 'port'>, ports: Ports): Promise<CodecServer> => ({
  port: await ports.remembered('shop-codec'),
  managementPort: await ports.remembered('shop-codec management'),
  uiOrigin: webUiUrl(ui),
});

/** Settings beyond Postgres' defaults: room for many pools, those of a full Temporal server among them. */
const POSTGRES_SETTINGS = { max_connections: '300', shared_buffers: '128MB' };

/** The stack's own key. Others are for a rehearsal of their rotation, or for a Temporal that outlives the stack. */
const payloadKeyOf = (secrets: Secrets): string =>
  `local:${Buffer.from(secrets.get('temporal payloads'), 'hex').toString('base64')}`;

async function openDoors(ports: Ports): Promise<Record<Door, number>> {
  const doors = {} as Record<Door, number>;
  for (const [door, wanted] of Object.entries(DOORS) as [Door, number][]) {
    doors[door] = await ports.atOrAbove(wanted);
  }
  return doors;
}

const clientsWith = (secretOf: (name: string) => string): StackFile['servers']['identity']['clients'] =>
  Object.fromEntries(
    CLIENTS.map((name) => [name, { clientId: name, clientSecret: secretOf(`client ${name}`) }]),
  ) as StackFile['servers']['identity']['clients'];

/** Where a browser may come from: the doors, and the console beside them. */
const originsOf = (doors: Readonly<Record<Door, number>>): string[] =>
  [CONSOLE_PORT, ...Object.values(doors)].flatMap((port) => [`http://127.0.0.1:${port}`, `http://localhost:${port}`]);

/** Writes the stack file now, and again whenever a process changes. */
function announcer(
  { supervisor, places }: Session,
  { context, provided, clients }: StackBase,
): (ready: boolean) => StackFile {
  const starter = identify(process.pid);
  if (starter === null) {
    throw new Error('this process cannot see its own start time');
  }
  const { databases, identity, doors, courierWebhookSecret, payloadKeys } = context;
  const { addresses, origins } = provided;
  const urlOf = (door: Door): string => `http://127.0.0.1:${doors[door]}`;
  const stack: Omit<StackFile, 'ready' | 'processes'> = {
    version: 1,
    source: origins,
    starter,
    servers: {
      postgres: {
        shop: databases.shop.url,
        mes: databases.mes.url,
        crm: databases.crm.url,
        audit: { shop: databases.shop.auditUrl, mes: databases.mes.auditUrl, crm: databases.crm.auditUrl },
      },
      kafka: addresses.kafka,
      temporal: { ...addresses.temporal, payloadKeys },
      identity: { ...identity, clients },
    },
    urls: {
      shop: urlOf('shop'),
      partner: urlOf('partner'),
      mes: urlOf('mes'),
      crm: urlOf('crm'),
      temporal: addresses.temporal.ui,
    },
    courierWebhookSecret,
  };
  let ready = false;
  const write = (): StackFile => {
    const file: StackFile = { ...stack, ready, processes: supervisor.units };
    writeJsonAtomically(places.stackFile, file);
    return file;
  };
  supervisor.watch(write);
  return (nowReady) => {
    ready = nowReady;
    return write();
  };
}
