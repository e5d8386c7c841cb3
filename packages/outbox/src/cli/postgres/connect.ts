import type { Client } from 'pg';
import type { Queryable } from '../../database/port.ts';
import { ConnectionError } from '../failure.ts';
import type { Given } from '../options/parse.ts';
import { type DatabaseAddress, databaseAddress } from './address.ts';
import { type TlsWay, waysToConnect } from './tls.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * One connection, named `bezel-outbox` on the server. It is made for the first statement, so that mistakes cost none.
 *
 * @throws UsageError
 */
export function connection(given: Given, env: NodeJS.ProcessEnv): Queryable & AsyncDisposable {
  const address = databaseAddress(given.text('database-url') ?? (env['DATABASE_URL'] || undefined), env);
  const ways = waysToConnect(address.host, address.tls);
  let connected: Promise<Client> | undefined;
  return {
    async query(sql, params) {
      connected ??= connect(address, ways);
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

async function connect({ connectionString }: DatabaseAddress, ways: readonly TlsWay[]): Promise<Client> {
  const { default: pg } = await import('pg');
  for (const [n, ssl] of ways.entries()) {
    const client = new pg.Client({
      application_name: 'bezel-outbox',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      ssl,
      ...(connectionString === undefined ? {} : { connectionString }),
    });
    // The statement under way tells of a loss as well; an error event nobody listens to would end the process.
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (n === ways.length - 1 || !hasNoTls(error)) {
        throw new ConnectionError(`Postgres at ${client.host}:${client.port}, database ${client.database}`, error);
      }
    }
  }
  throw new Error('there is always a way to try');
}

/** The server, or the pooler before it, said so; pg has no code for it. */
const hasNoTls = (error: unknown): boolean =>
  (error as Error).message === 'The server does not support SSL connections';
