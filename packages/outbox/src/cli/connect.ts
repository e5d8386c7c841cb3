import type { Client } from 'pg';
import type { Queryable } from '../database/port.ts';
import type { Given } from './options/parse.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/** One connection, named `bezel-outbox` on the server. It is made for the first statement, so that mistakes cost none. */
export function connection(given: Given, env: NodeJS.ProcessEnv): Queryable & AsyncDisposable {
  let connected: Promise<Client> | undefined;
  return {
    async query(sql, params) {
      connected ??= connect(given.text('database-url') ?? env['DATABASE_URL']);
      return (await connected).query(sql, params as unknown[]);
    },
    async [Symbol.asyncDispose]() {
      await connected?.then(
        (client) => client.end(),
        () => {},
      );
    },
  };
}

async function connect(connectionString: string | undefined): Promise<Client> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    application_name: 'bezel-outbox',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    ...(connectionString === undefined ? {} : { connectionString }),
  });
  // The statement under way tells of a loss as well; an error event nobody listens to would end the process.
  client.on('error', () => {});
  await client.connect();
  return client;
}
