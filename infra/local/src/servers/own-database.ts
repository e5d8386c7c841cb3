import pg from 'pg';
import type { Secrets } from '../stack/state/secrets.ts';

/** A database and its two logins: the owner, who changes tables, and the one who works with their rows. */
export interface OwnDatabase {
  readonly name: string;
  readonly owner: string;
  readonly login: string;
}

/**
 * Creates what is missing of a database, its logins and grants, and sets both passwords. Safe to repeat. The login can
 * connect to its own databases only: CONNECT is taken from everybody and given back by name.
 */
export async function provideDatabase(
  superuserUrl: string,
  { name, owner, login }: OwnDatabase,
  secrets: Secrets,
): Promise<void> {
  await connected(superuserUrl, async (client) => {
    await provideRole(client, owner, `LOGIN PASSWORD '${secrets.get(owner)}'`);
    await provideRole(client, login, `LOGIN PASSWORD '${secrets.get(login)}'`);
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) {
      await client.query(`GRANT ${owner} TO CURRENT_USER`); // a managed Postgres has no true superuser
      await client.query(`CREATE DATABASE ${name} OWNER ${owner}`);
    }
    await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
    await client.query(`GRANT CONNECT, TEMPORARY ON DATABASE ${name} TO ${login}`);
  });
  await connected(urlOf(superuserUrl, name, owner, secrets), (client) => client.query(rowsButNotTables(login)));
}

/** Whatever the owner creates from now on, in any schema, the login may use and not change. */
const rowsButNotTables = (login: string): string => `
  ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO ${login};
  ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${login};
  ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO ${login};
`;

/** Creates a role, or gives one that is there these attributes. */
export async function provideRole(client: pg.Client, role: string, attributes: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  await client.query(`${rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${role} ${attributes}`);
}

/** The URL of a database for a login whose password is among the secrets. */
export function urlOf(superuserUrl: string, database: string, login: string, secrets: Secrets): string {
  const url = new URL(superuserUrl);
  url.pathname = `/${database}`;
  url.username = login;
  url.password = secrets.get(login);
  return url.href;
}

/** Does some work on one connection. */
export async function connected(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
