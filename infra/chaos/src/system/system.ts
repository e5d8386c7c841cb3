import { join } from 'node:path';
import {
  type AppContext,
  checkoutPlaces,
  Link,
  type OwnProcess,
  openStackWithoutApps,
  type Progress,
  placesIn,
  reconcilerEnvironment,
  type StackWithoutApps,
} from '@bezel/local/bench';
import { type BrokerDisk, mountBrokerDisk } from './broker-disk.ts';
import { type Clocks, findLibrary, openClocks } from './clocks.ts';
import { type Databases, openDatabases } from './databases.ts';
import {
  type App,
  type ChaosProcess,
  callsShop,
  type Door,
  guestLinkName,
  type LayoutName,
  linkName,
  processesOf,
  type Server,
} from './layout.ts';
import { Load } from './load.ts';

/** The system under faults, and every hold a fault has on it. */
export interface System extends AsyncDisposable {
  readonly stack: StackWithoutApps;
  readonly processes: readonly ChaosProcess[];
  /** By name (layout.ts). A link is missing where the server cannot be told of it. */
  readonly links: ReadonlyMap<string, Link>;
  readonly databases: Databases;
  readonly brokers: readonly string[];
  /** Null, with a reason, where it could not be had. */
  readonly clocks: Clocks | string;
  readonly disk: BrokerDisk | string;
  readonly load: Load;
  /** The folder that stays when all else goes. */
  readonly logs: string;
  /** Null while it is being started again, and of a server that is somebody else's. */
  pidOf(name: string): number | null;
  /** Where people find a door: an address for each process that opens it. */
  doors(door: Door): readonly string[];
  /** Starts the app processes. Disposing of it ends them; the servers go on. */
  startApps(more?: Pick<NonNullable<AppContext['more']>, 'nodeArguments' | 'environment'>): Promise<AsyncDisposable>;
}

export interface SystemOptions {
  readonly layout: LayoutName;
  /** Customers at once. */
  readonly customers: number;
  /** Holds that cost something when they are not used: asked for only by faults that are to come. */
  readonly wants: { readonly clocks: boolean; readonly disk: boolean };
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** As in production commits reach the disk. Room for the pools of some thirty processes and a full Temporal server. */
const POSTGRES_SETTINGS = { max_connections: '500', shared_buffers: '256MB' };

export async function openSystem({ layout, customers, wants, progress, signal }: SystemOptions): Promise<System> {
  await using opening = new AsyncDisposableStack();
  const processes = processesOf(layout);
  const disk = wants.disk ? await mountBrokerDisk().catch(inWords) : 'no fault wants it';
  if (typeof disk !== 'string') opening.use(disk);
  const library = findLibrary();
  const clocks =
    library === null
      ? 'libfaketime is not installed (Debian: apt-get install libfaketime)'
      : wants.clocks
        ? opening.use(
            await openClocks(
              library,
              processes.map(({ name }) => name),
            ),
          )
        : 'no fault wants it';

  const places = placesIn(join(checkoutPlaces().state, 'chaos'));
  const stack = opening.use(
    await openStackWithoutApps({
      places: typeof disk === 'string' ? places : { ...places, kafkaData: join(disk.folder, 'kafka') },
      progress,
      signal,
      postgresSettings: POSTGRES_SETTINGS,
      kafkaDetours: processes.filter(({ uses }) => uses.includes('kafka')).map(({ name }) => name),
    }),
  );
  const links = new Map<string, Link>();
  for (const process of processes) {
    for (const link of await linksAround(process, stack)) links.set(link.name, opening.use(link));
  }
  const doors: System['doors'] = (door) =>
    processes.flatMap(({ name, doors: own }) => {
      const link = Object.values(own).includes(door) ? links.get(guestLinkName(door, name)) : undefined;
      return link === undefined ? [] : [`http://${link.address}`];
    });
  const databases = openDatabases(stack.provided.addresses.postgres.superuserUrl, (end) => opening.defer(end));
  const opened = opening.move();
  return {
    ...{ stack, processes, links, databases, clocks, disk, doors },
    brokers: stack.provided.addresses.kafka.brokers,
    load: new Load(customers),
    logs: places.logs,
    pidOf: (name) => stack.units().find((unit) => unit.name === name)?.pid ?? null,
    startApps: (more = {}) =>
      progress.step(`${processes.length} app processes ready`, () =>
        stack.run(processes.map((process) => ownProcess(process, { links, clocks, more, clients: stack.clients }))),
      ),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const inWords = (error: Error): string => `a small disk cannot be mounted here: ${error.message.split('\n')[0]}`;

async function linksAround(
  { name, uses, app, roles, doors }: ChaosProcess,
  { context, provided, units }: StackWithoutApps,
): Promise<Link[]> {
  const { ports, databases, servers } = context;
  const open = async (link: string, targets: () => readonly number[], port?: number): Promise<Link> =>
    Link.open({ name: link, port: port ?? (await ports.remembered(link)), targets });
  const through = (server: Server | 'shop', targets: () => readonly number[], port?: number): Promise<Link> =>
    open(linkName(name, server), targets, port);
  /** Where a door is opened, by all processes or by one. */
  const portsOf = (door: Door, process?: string): readonly number[] =>
    units()
      .filter((unit) => process === undefined || unit.name === process)
      .flatMap(({ urls }) => (urls?.[door] === undefined ? [] : [Number(new URL(urls[door]).port)]));
  const links: Link[] = [];
  for (const server of uses) {
    if (server === 'postgres') {
      const port = Number(new URL(databases[app].url).port);
      links.push(await through(server, () => [port]));
    } else if (server === 'temporal') {
      const port = portOf(servers.temporal.address);
      links.push(await through(server, () => [port]));
    } else {
      const detour = provided.addresses.kafka.detours?.[name];
      if (detour !== undefined) links.push(await through(server, () => [detour.port], detour.advertised));
    }
  }
  if (callsShop(roles)) links.push(await through('shop', () => portsOf('shop')));
  for (const door of Object.values(doors)) {
    links.push(await open(guestLinkName(door, name), () => portsOf(door, name)));
  }
  return links;
}

const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(':') + 1));

/** The process as the stack starts it: told that its servers are where its links listen. */
function ownProcess(
  { name, app, folder, roles, doors }: ChaosProcess,
  {
    links,
    clocks,
    more,
    clients,
  }: {
    readonly links: ReadonlyMap<string, Link>;
    readonly clocks: Clocks | string;
    readonly more: NonNullable<AppContext['more']>;
    readonly clients: StackWithoutApps['clients'];
  },
): OwnProcess {
  const by = (server: Server | 'shop'): string | null => {
    const link = links.get(linkName(name, server));
    return link === undefined ? null : `127.0.0.1:${link.port}`;
  };
  const told = (context: AppContext): AppContext => {
    const { servers, databases, doors: known } = context;
    const postgres = by('postgres');
    const shop = links.get(linkName(name, 'shop'));
    const through: AppContext = {
      ...context,
      databases: {
        shop: reachedBy(postgres, databases.shop),
        mes: reachedBy(postgres, databases.mes),
        crm: reachedBy(postgres, databases.crm),
      },
      servers: {
        kafka: { brokers: [by('kafka') ?? servers.kafka.brokers[0] ?? ''] },
        temporal: { ...servers.temporal, address: by('temporal') ?? servers.temporal.address },
      },
      doors: shop === undefined ? known : { ...known, shop: shop.port },
    };
    const environment = {
      ...more.environment,
      ...(typeof clocks === 'string' ? {} : clocks.environment(name)),
      ...(roles.includes('reconciler') ? reconcilerEnvironment(through, clients.admin) : {}),
    };
    return { ...through, more: { ...more, environment } };
  };
  return { name, folder, app, roles, doors, ownPorts: true, told };
}

type AppDatabase = AppContext['databases'][App];

/** A database as one reaches it by another way; by its own when there is none. */
function reachedBy(way: string | null, database: AppDatabase): AppDatabase {
  const by = (address: string): string => {
    const url = new URL(address);
    url.host = way ?? url.host;
    return url.href;
  };
  return { ...database, url: by(database.url), auditUrl: by(database.auditUrl) };
}
