import { randomBytes } from 'node:crypto';
import { migrate } from '@bezel/outbox';
import pg from 'pg';
import type { BenchServers } from './servers.ts';

/** A database with an empty outbox, of one measurement's own. It is dropped when disposed of. */
export interface BenchDatabase extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  readonly pool: pg.Pool;
}

export async function createDatabase({ postgresUrl }: Pick<BenchServers, 'postgresUrl'>): Promise<BenchDatabase> {
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await asSuperuser(postgresUrl, (client) => client.query(`CREATE DATABASE ${name}`));
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 40 });
  pool.on('error', () => {});
  const drop = async (): Promise<void> => {
    await asSuperuser(postgresUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    await pool.end();
  };
  try {
    await migrate(pool);
  } catch (error) {
    await drop();
    throw error;
  }
  return { name, url: url.href, pool, [Symbol.asyncDispose]: drop };
}

/** Runs on a connection to the server's own database, which no measurement counts. */
export async function asSuperuser<T>(postgresUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
