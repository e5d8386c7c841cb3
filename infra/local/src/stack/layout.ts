import type { App } from './databases.ts';

/** Ports people know; a busy one moves to the next free one. */
export const DOORS = { shop: 3001, partner: 3002, mes: 3003, crm: 3004 } as const;
export type Door = keyof typeof DOORS;

/** One process of an app and the roles it runs. */
export interface AppProcess {
  readonly name: string;
  /** Folder in `apps/`. */
  readonly folder: string;
  readonly app: App;
  readonly roles: readonly string[];
  /** The doors it opens: environment variable to door. */
  readonly doors: Readonly<Record<string, Door>>;
}

/** The processes of a stack on one machine: each app's doors, and its work behind them, can be killed apart. */
export const APP_PROCESSES: readonly AppProcess[] = [
  {
    name: 'shop-api',
    folder: 'shop-api',
    app: 'shop',
    roles: ['api', 'partner'],
    doors: { HTTP_PORT: 'shop', PARTNER_HTTP_PORT: 'partner' },
  },
  { name: 'shop-back', folder: 'shop-api', app: 'shop', roles: ['relay', 'consumer', 'worker'], doors: {} },
  { name: 'mes-api', folder: 'mes-api', app: 'mes', roles: ['api'], doors: { HTTP_PORT: 'mes' } },
  { name: 'mes-back', folder: 'mes-api', app: 'mes', roles: ['relay', 'consumer', 'worker'], doors: {} },
  { name: 'mes-pricing', folder: 'mes-api', app: 'mes', roles: ['pricing'], doors: {} },
  { name: 'crm-api', folder: 'crm-api', app: 'crm', roles: ['api', 'relay', 'consumer'], doors: { HTTP_PORT: 'crm' } },
];

/** How many instances of each process, by name; one where nothing is said. */
export type Scale = Readonly<Record<string, number>>;

/** `--scale` was given something else than `<process>=<number>`. */
export class ScaleInvalidError extends Error {
  readonly code = 'SCALE_INVALID';

  constructor(text: string) {
    const names = APP_PROCESSES.map(({ name }) => name).join(', ');
    super(`--scale ${text}: say <process>=<1 to 9>, comma-separated; processes are ${names}`);
    this.name = 'ScaleInvalidError';
  }
}

/** Reads `shop-back=2,mes-pricing=3`. Throws {@link ScaleInvalidError}. */
export function parseScale(text: string): Scale {
  const parts = text.split(',').filter((part) => part !== '');
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', count = ''] = part.split('=');
      if (!APP_PROCESSES.some((process) => process.name === name) || !/^[1-9]$/.test(count)) {
        throw new ScaleInvalidError(part);
      }
      return [name, Number(count)];
    }),
  );
}

/** One instance of an app process. The first bears the process' name, further ones a number. */
export interface AppInstance extends AppProcess {
  readonly instance: string;
  /** Only the first instance has the known ports; a further one takes free ones. */
  readonly first: boolean;
}

/** Every instance to start. */
export function instancesOf(scale: Scale): readonly AppInstance[] {
  return APP_PROCESSES.flatMap((process) =>
    Array.from({ length: scale[process.name] ?? 1 }, (_, index) => ({
      ...process,
      instance: index === 0 ? process.name : `${process.name}-${index + 1}`,
      first: index === 0,
    })),
  );
}
