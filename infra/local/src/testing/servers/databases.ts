import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { waitFor } from '../wait-for.ts';
import { testServers } from './servers.ts';

/** A database of one test's own. `url` logs in as a superuser. It is dropped when disposed. */
export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
}

const urlOf = (name: string): string => {
  const url = new URL(testServers().postgresUrl);
  url.pathname = `/${name}`;
  return url.href;
};

async function asSuperuser<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: testServers().postgresUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function owned(name: string): TestDatabase {
  return {
    name,
    url: urlOf(name),
    async [Symbol.asyncDispose]() {
      await asSuperuser(async (client) => {
        await sessionsEnd(client, name);
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      });
    },
  };
}

const SESSIONS_END_WITHIN_MS = 2_000;

/**
 * A pool that was ended has said goodbye on its connections, and does not wait until the server heard it. A session that is
 * then ended by force tells the pool so, which is an error nobody listens to any more.
 */
async function sessionsEnd(client: pg.Client, database: string): Promise<void> {
  const none = async (): Promise<boolean> => {
    const { rows } = await client.query(
      "SELECT FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend' LIMIT 1",
      [database],
    );
    return rows.length === 0;
  };
  await waitFor('the end of its sessions', none, { deadlineMs: SESSIONS_END_WITHIN_MS }).catch(() => {});
}

/** Creates an empty database. */
export async function createDatabase(): Promise<TestDatabase> {
  const name = `t_${randomBytes(8).toString('hex')}`;
  await asSuperuser((client) => client.query(`CREATE DATABASE ${name}`));
  return owned(name);
}

/**
 * Clones a template database. `build` runs once per `templateKey` and server, whoever comes first, under an advisory
 * lock; everyone else clones. Put what the template depends on into the key (a hash of the migrations, say).
 */
export async function cloneDatabase(templateKey: string, build: (url: string) => Promise<void>): Promise<TestDatabase> {
  const template = `template_${createHash('sha256').update(templateKey).digest('hex').slice(0, 24)}`;
  const name = `t_${randomBytes(8).toString('hex')}`;
  await asSuperuser(async (client) => {
    // One builder and one cloner at a time: CREATE DATABASE fails while anyone is connected to its template.
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
    const built = await client.query('SELECT 1 FROM pg_database WHERE datname = $1 AND datistemplate', [template]);
    if (built.rowCount === 0) {
      await client.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
      await client.query(`CREATE DATABASE ${template}`);
      await build(urlOf(template));
      await client.query(`ALTER DATABASE ${template} IS_TEMPLATE true`);
    }
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
  });
  return owned(name);
}
