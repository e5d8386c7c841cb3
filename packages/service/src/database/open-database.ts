import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { log } from '../telemetry/index.ts';

/** How {@link openDatabase} connects. */
export interface DatabaseOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly name: string;
  /** Connections at most; 10 unless told. */
  readonly max?: number;
  /** A statement that runs longer is cancelled (503 to the client); 5,000 ms unless told. */
  readonly statementTimeoutMs?: number;
}

/** One pool, as `pg` and as Kysely. */
export interface Database<Schema = unknown> {
  readonly pool: pg.Pool;
  readonly kysely: Kysely<Schema>;
  /** Resolves when the database answered; rejects within 2 s when it does not. */
  ping(): Promise<void>;
  /** Waits for the connections in use and closes all. Calling it again changes nothing. */
  end(): Promise<void>;
}

/**
 * Opens a pool whose sessions are all alike: `search_path = public` whatever the login's settings say, UTC, and limits
 * on how long a statement, a wait for a lock (3 s) and an idle transaction (15 s) may last. Connects when first used.
 */
export function openDatabase<Schema = unknown>(options: DatabaseOptions): Database<Schema> {
  const { url, name, max = 10, statementTimeoutMs = 5_000 } = options;
  const settings = {
    search_path: 'public',
    timezone: 'UTC',
    statement_timeout: statementTimeoutMs,
    lock_timeout: 3_000,
    idle_in_transaction_session_timeout: 15_000,
  };
  const pool = new pg.Pool({
    connectionString: url,
    application_name: name,
    max,
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
    options: Object.entries(settings)
      .map(([setting, value]) => `-c ${setting}=${value}`)
      .join(' '),
  });
  // A connection can break while no statement waits for it: idle in the pool, or between two statements of a transaction.
  // The pool replaces the one, the next statement of the other fails; unheard, either would end the process.
  // The client tells of both; the pool only repeats the first.
  const lost = (error: Error): void => log.warn({ err: error, 'database.name': name }, 'database connection lost');
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', lost));
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  let ending: Promise<void> | undefined;
  return {
    pool,
    kysely,
    async ping() {
      await pool.query({ text: 'SELECT 1', query_timeout: 2_000 } as pg.QueryConfig);
    },
    end() {
      ending ??= pool.end();
      return ending;
    },
  };
}
