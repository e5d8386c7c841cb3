import pg from 'pg';
import type { Database } from '../database/port.ts';
import { FAILPOINTS, FailpointRefusedError } from './failpoints.ts';

/**
 * Runs a statement on a connection that is not the caller's transaction, so that it commits whatever becomes of that: a
 * connection of `createOutbox({ db })`, else one to DATABASE_URL. Only the failpoint `writer.commits-early` does so.
 */
export async function commitEarly(db: Database | undefined, sql: string, params: readonly unknown[]): Promise<void> {
  if (db !== undefined) {
    await db.query(sql, params);
    return;
  }
  const connectionString = process.env['DATABASE_URL'];
  if (connectionString === undefined) {
    throw new FailpointRefusedError(`${FAILPOINTS.writerCommitsEarly} needs createOutbox({ db }) or DATABASE_URL`);
  }
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql, [...params]);
  } finally {
    await client.end();
  }
}
