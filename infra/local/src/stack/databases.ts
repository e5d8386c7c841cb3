import pg from 'pg';
import type { Secrets } from './secrets.ts';

export const APPS = ['shop', 'mes', 'crm'] as const;
export type App = (typeof APPS)[number];

/** Who may do what with an app's database; each is a connection URL. */
export interface AppDatabase {
  /** The app itself: reads and writes rows. */
  readonly url: string;
  /** Owns the database; used by the role `migrate` only. */
  readonly ownerUrl: string;
  /** Reads the audit views, nothing else. */
  readonly auditUrl: string;
}

/** Reads every app's audit views; itself without a login. Migrations grant to it. */
const AUDIT_ROLE = 'bezel_audit';
const AUDIT_LOGIN = 'bezel_auditor';

/**
 * Creates what is missing of databases, logins and grants, and sets every password. Safe to repeat. An app's login can
 * connect to its own database only: CONNECT is taken from everybody and given back by name.
 */
export async function provideDatabases(
  superuserUrl: string,
  secrets: Secrets,
): Promise<Readonly<Record<App, AppDatabase>>> {
  await connected(superuserUrl, async (client) => {
    await provideRole(client, AUDIT_ROLE, 'NOLOGIN');
    await provideRole(client, AUDIT_LOGIN, `LOGIN PASSWORD '${secrets.get(AUDIT_LOGIN)}'`);
    await client.query(`GRANT ${AUDIT_ROLE} TO ${AUDIT_LOGIN}`);
    for (const app of APPS) {
      await provideRole(client, `${app}_owner`, `LOGIN PASSWORD '${secrets.get(`${app}_owner`)}'`);
      await provideRole(client, app, `LOGIN PASSWORD '${secrets.get(app)}'`);
      const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [app]);
      if (rowCount === 0) {
        await client.query(`GRANT ${app}_owner TO CURRENT_USER`); // a managed Postgres has no true superuser
        await client.query(`CREATE DATABASE ${app} OWNER ${app}_owner`);
      }
      await client.query(`REVOKE ALL ON DATABASE ${app} FROM PUBLIC`);
      await client.query(`GRANT CONNECT, TEMPORARY ON DATABASE ${app} TO ${app}`);
      await client.query(`GRANT CONNECT ON DATABASE ${app} TO ${AUDIT_ROLE}`);
    }
  });
  const entries = await Promise.all(
    APPS.map(async (app): Promise<[App, AppDatabase]> => {
      const ownerUrl = urlOf(superuserUrl, app, `${app}_owner`, secrets);
      await connected(ownerUrl, (client) => client.query(rowsButNotTables(app)));
      return [
        app,
        {
          url: urlOf(superuserUrl, app, app, secrets),
          ownerUrl,
          auditUrl: urlOf(superuserUrl, app, AUDIT_LOGIN, secrets),
        },
      ];
    }),
  );
  return Object.fromEntries(entries) as Record<App, AppDatabase>;
}

/** Whatever the owner creates from now on, in any schema, the app may use and not change. */
const rowsButNotTables = (app: App): string => `
  ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO ${app};
  ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${app};
  ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO ${app};
`;

async function provideRole(client: pg.Client, role: string, attributes: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  await client.query(`${rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${role} ${attributes}`);
}

function urlOf(superuserUrl: string, database: string, login: string, secrets: Secrets): string {
  const url = new URL(superuserUrl);
  url.pathname = `/${database}`;
  url.username = login;
  url.password = secrets.get(login);
  return url.href;
}

async function connected(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
