import pg from 'pg';
import type { App } from './layout.ts';

/** Each app's database as a superuser: read by the checker, and by faults that repeat what stands there. */
export type Databases = Readonly<Record<App, pg.Pool>>;

/** Opens the three databases of a Postgres. `close` gets what ends them. */
export function openDatabases(superuserUrl: string, close: (end: () => Promise<void>) => void): Databases {
  const open = (app: App): pg.Pool => {
    const url = new URL(superuserUrl);
    url.pathname = `/${app}`;
    const pool = new pg.Pool({ connectionString: url.href, max: 3 });
    pool.on('error', () => {}); // faults end connections; whoever asks next gets a new one
    close(() => pool.end());
    return pool;
  };
  return { shop: open('shop'), mes: open('mes'), crm: open('crm') };
}
