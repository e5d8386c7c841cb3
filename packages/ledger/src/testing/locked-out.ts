import pg from 'pg';

/** A table that nobody can read. Disposing of it lets everybody in, as `letIn` does. */
interface LockedOut extends AsyncDisposable {
  /** Whether somebody wants to read it. */
  keepsWaiting(): Promise<boolean>;
  letIn(): Promise<unknown>;
}

const WAITING = (table: string): string => `
  SELECT FROM pg_locks
  WHERE relation = '${table}'::regclass AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** Lets nobody read a table until they are let in: to whoever asks, the database does not answer. */
export async function lockedOut(url: string, table: string): Promise<LockedOut> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('BEGIN');
  await client.query(`LOCK TABLE ${table}`);
  return {
    keepsWaiting: async () => (await client.query(WAITING(table))).rowCount !== 0,
    letIn: () => client.query('COMMIT'),
    [Symbol.asyncDispose]: () => client.end(),
  };
}
