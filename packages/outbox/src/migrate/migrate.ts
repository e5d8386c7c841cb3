import { type OneConnection, onOneConnection } from '../database/one-connection.ts';
import type { Database, Queryable } from '../database/port.ts';
import { DEFAULT_SCHEMA, quoteSchema } from '../database/schema-name.ts';
import { grantFor, type LoginGrant, PURPOSES } from './grants.ts';
import { loadMigrations, render } from './migrations.ts';
import * as sql from './statements.ts';

/** What is made, and for whom. */
export interface MigrateOptions {
  /** Default `outbox`. */
  readonly schemaName?: string;
  /**
   * Number of shards, 1 to 1024, default 8. At most so many relays work at once. Counts only when the schema is made;
   * later calls keep what the database says.
   */
  readonly shards?: number;
  /**
   * Logins that work with the outbox, when they are not the one that migrates. A name alone may do everything but change
   * or delete messages: it writes, relays, consumes, retains and redrives. With `for` a login gets the rights for what it
   * does and no others. Nothing that was granted before is taken back.
   */
  readonly grantTo?: readonly (string | LoginGrant)[];
}

/** What a run did. */
export interface MigrateResult {
  /** Versions applied by this call; empty when there was nothing to do. */
  readonly applied: readonly number[];
  /** The version the schema has now. */
  readonly version: number;
}

/**
 * Creates the outbox's tables, or brings them up to date. All or nothing, and safe from any number of processes at once:
 * one does the work, the others wait and find it done.
 *
 * `db` is a `pg.Pool`, a `pg.Client` (connected, not in a transaction) or a connection string, with a login that may create
 * a schema, or owns the one that is there.
 *
 * @throws TypeError when an option makes no sense, else whatever Postgres answers; nothing was changed then
 *
 * @example
 * const { applied, version } = await migrate(pool, {
 *   grantTo: ['shop', { login: 'shop_relay', for: ['relay', 'retain'] }],
 * });
 */
export async function migrate(db: Database | Queryable | string, options: MigrateOptions = {}): Promise<MigrateResult> {
  if (typeof db === 'string') {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: db });
    await client.connect();
    try {
      return await run(client, options);
    } finally {
      await client.end();
    }
  }
  return onOneConnection(db, (connection) => run(connection, options));
}

/**
 * The same as SQL, for teams whose schema changes are applied by somebody else. `from` is the version already there
 * (`SELECT max(version) FROM outbox.migration`), 0 for a new database.
 *
 * @throws TypeError when an option makes no sense
 *
 * @example
 * console.log(migrationSql({ from: 1, grantTo: ['shop'] }));
 */
export function migrationSql({ from = 0, ...options }: MigrateOptions & { readonly from?: number } = {}): string {
  const { schema, shards, grantTo } = settings(options);
  const statements = [BEGIN, sql.lock(schema), sql.createSchema(schema), sql.createVersionTable(schema)];
  for (const { version, name, template } of loadMigrations().filter((step) => step.version > from)) {
    statements.push(render(template, { schema, shards }).trimEnd().replace(/;$/, ''));
    statements.push(sql.recordVersion(schema, version, name));
  }
  statements.push(...grantTo.map((login) => grant(schema, login)), 'COMMIT');
  return `${statements.map((statement) => statement.trim()).join(';\n\n')};\n`;
}

async function run(client: OneConnection, options: MigrateOptions): Promise<MigrateResult> {
  const { schema, shards, grantTo } = settings(options);
  const applied: number[] = [];
  // The statement under way tells of a loss as well; an error event nobody listens to would end the process.
  const ignore = (): void => {};
  client.on?.('error', ignore);
  try {
    // At a level with one snapshot the version would be read as it was before the lock was waited for.
    await client.query(BEGIN);
    await client.query(sql.lock(schema));
    await client.query(sql.createSchema(schema));
    await client.query(sql.createVersionTable(schema));
    let version = Number((await client.query(sql.selectVersion(schema))).rows[0].version);
    for (const step of loadMigrations().filter((candidate) => candidate.version > version)) {
      await client.query(render(step.template, { schema, shards }));
      await client.query(sql.recordVersion(schema, step.version, step.name));
      applied.push(step.version);
      version = step.version;
    }
    for (const login of grantTo) {
      await client.query(grant(schema, login));
    }
    await client.query('COMMIT');
    return { applied, version };
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    client.removeListener?.('error', ignore);
  }
}

const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';

const grant = (schema: string, login: string | LoginGrant): string =>
  typeof login === 'string' ? sql.grant(schema, login) : grantFor(schema, login);

function settings({ schemaName = DEFAULT_SCHEMA, shards = 8, grantTo = [] }: MigrateOptions) {
  if (!Number.isInteger(shards) || shards < 1 || shards > 1024) {
    throw new TypeError(`shards must be an integer from 1 to 1024; got ${shards}`);
  }
  for (const login of grantTo) {
    if (typeof login !== 'string' && (login.for.length === 0 || login.for.some((word) => !PURPOSES.includes(word)))) {
      throw new TypeError(`grantTo: "for" of ${login.login} must name some of ${PURPOSES.join(', ')}`);
    }
  }
  return { schema: quoteSchema(schemaName), shards, grantTo };
}
