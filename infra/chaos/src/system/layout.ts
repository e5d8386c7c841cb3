/** The apps, each with a database of its own. */
export type App = 'shop' | 'mes' | 'crm';
/** The doors that people come through. */
export type Door = 'shop' | 'partner' | 'mes' | 'crm';
/** The servers a process can be cut off from. */
export type Server = 'postgres' | 'kafka' | 'temporal';

/** One process of the system under faults. */
export interface ChaosProcess {
  readonly name: string;
  /** Whose database it works on; of one that works on all, any of them. */
  readonly app: App;
  readonly folder: string;
  readonly roles: readonly string[];
  /** Environment variables of the doors it opens. */
  readonly doors: Readonly<Record<string, Door>>;
  readonly uses: readonly Server[];
}

/**
 * `roles`: a process does one thing, as in production. `apps`: several roles share a process, for small machines. `pairs`: all
 * roles of an app in one process and no reconciler, for runs that must be short.
 */
export const LAYOUTS = ['roles', 'apps', 'pairs'] as const;
export type LayoutName = (typeof LAYOUTS)[number];

/** Instances of each process. */
const INSTANCES = 2;

type Kind = Omit<ChaosProcess, 'name' | 'uses'> & { readonly name: string };

/** Without a name of its own it is called as its app. */
const kind = (app: App, name: string, roles: readonly string[], doors: Kind['doors'] = {}): Kind => ({
  name: name === '' ? app : `${app}-${name}`,
  app,
  folder: `${app}-api`,
  roles,
  doors,
});

/** It reads what every app has, and asks the shop for repairs. */
const RECONCILER: Kind = { name: 'reconciler', app: 'shop', folder: 'reconciler', roles: ['reconciler'], doors: {} };

const KINDS: Readonly<Record<LayoutName, readonly Kind[]>> = {
  roles: [
    kind('shop', 'api', ['api'], { HTTP_PORT: 'shop' }),
    kind('shop', 'partner', ['partner'], { PARTNER_HTTP_PORT: 'partner' }),
    ...['relay', 'consumer', 'worker'].map((role) => kind('shop', role, [role])),
    kind('mes', 'api', ['api'], { HTTP_PORT: 'mes' }),
    ...['relay', 'consumer', 'worker', 'pricing'].map((role) => kind('mes', role, [role])),
    kind('crm', 'api', ['api'], { HTTP_PORT: 'crm' }),
    ...['relay', 'consumer'].map((role) => kind('crm', role, [role])),
    RECONCILER,
  ],
  apps: [
    kind('shop', 'api', ['api', 'partner'], { HTTP_PORT: 'shop', PARTNER_HTTP_PORT: 'partner' }),
    kind('shop', 'back', ['relay', 'consumer', 'worker']),
    kind('mes', 'api', ['api'], { HTTP_PORT: 'mes' }),
    kind('mes', 'back', ['relay', 'consumer', 'worker']),
    kind('mes', 'pricing', ['pricing']),
    kind('crm', 'api', ['api', 'relay', 'consumer'], { HTTP_PORT: 'crm' }),
    RECONCILER,
  ],
  pairs: [
    kind('shop', '', ['api', 'partner', 'relay', 'consumer', 'worker'], {
      HTTP_PORT: 'shop',
      PARTNER_HTTP_PORT: 'partner',
    }),
    kind('mes', '', ['api', 'relay', 'consumer', 'worker', 'pricing'], { HTTP_PORT: 'mes' }),
    kind('crm', '', ['api', 'relay', 'consumer'], { HTTP_PORT: 'crm' }),
  ],
};

/** Which servers a role talks to. */
const SERVERS_OF: Readonly<Record<string, readonly Server[]>> = {
  api: ['postgres'],
  partner: ['postgres'],
  relay: ['postgres', 'kafka'],
  consumer: ['postgres', 'kafka'],
  worker: ['postgres', 'temporal'],
  pricing: ['postgres', 'temporal'],
  reconciler: ['postgres', 'kafka', 'temporal'],
};
/** The shop's consumer tells workflows, its doors list orders through Temporal. */
const SHOP_TALKS_TO_TEMPORAL = ['api', 'consumer'];

/** Every process of a layout, at least two that do the same. */
export function processesOf(layout: LayoutName): readonly ChaosProcess[] {
  return KINDS[layout].flatMap((process) =>
    Array.from({ length: INSTANCES }, (_, index) => ({
      ...process,
      name: `${process.name}-${index + 1}`,
      uses: serversOf(process),
    })),
  );
}

function serversOf({ app, roles }: Kind): readonly Server[] {
  const servers = new Set(roles.flatMap((role) => SERVERS_OF[role] ?? []));
  if (app === 'shop' && roles.some((role) => SHOP_TALKS_TO_TEMPORAL.includes(role))) servers.add('temporal');
  return [...servers];
}

/** The name of a way from a process to a server. */
export const linkName = (process: string, server: Server | 'shop'): string => `${process} to ${server}`;

const GUESTS: Readonly<Record<Door, string>> = {
  shop: 'customers',
  partner: 'partners',
  mes: 'operators',
  crm: 'sales',
};

/** The name of the way from people to a door of a process. */
export const guestLinkName = (door: Door, process: string): string => `${GUESTS[door]} to ${process}`;

/** Whether a process asks the shop's door: for models, or for repairs. */
export const callsShop = (roles: readonly string[]): boolean =>
  roles.includes('pricing') || roles.includes('reconciler');

/** Every way that can be cut: each process to each server it uses and to the shop's door, and people to each door. */
export function linksOf(processes: readonly ChaosProcess[]): readonly string[] {
  return processes.flatMap(({ name, uses, roles, doors }) => [
    ...uses.map((server) => linkName(name, server)),
    ...(callsShop(roles) ? [linkName(name, 'shop')] : []),
    ...Object.values(doors).map((door) => guestLinkName(door, name)),
  ]);
}
