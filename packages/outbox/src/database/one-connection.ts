import { asError } from '../errors/as-error.ts';
import type { Connection, Database, Queryable } from './port.ts';

/** A connection of one's own, which may report its loss. */
export type OneConnection = Queryable & Partial<Pick<Connection, 'on' | 'removeListener'>>;

/** Runs work on one connection: one that a pool lends, or the one that was given. */
export async function onOneConnection<T>(
  db: Database | Queryable,
  work: (connection: OneConnection) => Promise<T>,
): Promise<T> {
  if (!isPool(db)) {
    return work(db);
  }
  const connection: Connection = await db.connect();
  let broken: Error | undefined;
  // The statement under way tells of a loss as well; an error event nobody listens to would end the process.
  const lost = (error: unknown): void => {
    broken = asError(error);
  };
  connection.on?.('error', lost);
  try {
    return await work(connection);
  } finally {
    connection.removeListener?.('error', lost);
    connection.release(broken);
  }
}

/** A `pg.Client` has `connect` as well; only a pool counts its connections. */
function isPool(db: Database | Queryable): db is Database {
  return 'connect' in db && 'totalCount' in db;
}
