import { migrate as migrateOutbox } from '@bezel/outbox';
import pg from 'pg';
import { log } from '../telemetry/index.ts';
import { type AppliedMigration, type Migration, pendingMigrations, readMigrations } from './migrations.ts';

/** What {@link migrateDatabase} brings up to date. */
export interface MigrateOptions {
  /** A direct connection (no transaction-mode pooler) with the login that owns the database. */
  readonly url: string;
  /** The app's own migrations. They run last, so they may grant on the outbox and the idempotency table. */
  readonly app: { readonly name: string; readonly folder: URL };
  /** The login the app works with: granted what it needs of the outbox and the idempotency keys. It must exist. */
  readonly login?: string;
}

/** One runner at a time per database: two replicas that both start with role `migrate` wait for each other. */
const LOCK = `SELECT pg_advisory_lock(hashtext('bezel.migration'))`;

const VERSION_TABLE = `
  CREATE SCHEMA IF NOT EXISTS bezel;
  CREATE TABLE IF NOT EXISTS bezel.migration (
    source     text        NOT NULL,
    number     integer     NOT NULL,
    name       text        NOT NULL,
    checksum   text        NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, number)
  )`;

const APPLIED = 'SELECT number, name, checksum FROM bezel.migration WHERE source = $1 ORDER BY number';

const RECORD = 'INSERT INTO bezel.migration (source, number, name, checksum) VALUES ($1, $2, $3, $4)';

/** Granted again on every run, so that a login that was replaced gets what its predecessor had. */
const grantIdempotency = (login: string): string => `
  GRANT USAGE ON SCHEMA idempotency TO ${login};
  GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency.answer TO ${login}`;

/**
 * Migrates the outbox, the idempotency keys and the app's own tables, forward only. Each file is applied once, in a
 * transaction of its own together with the row that remembers it; a crash leaves whole files applied or none. Safe to
 * run from many processes at once.
 *
 * @throws MigrationConflictError when an applied file was changed or the database is ahead of this release.
 */
export async function migrateDatabase({ url, app, login }: MigrateOptions): Promise<void> {
  const client = new pg.Client({ connectionString: url, options: '-c search_path=public -c timezone=UTC' });
  await client.connect();
  try {
    await client.query(LOCK);
    await migrateOutbox(client, { grantTo: login === undefined ? [] : [login] });
    await client.query(VERSION_TABLE);
    await migrateFolder(client, 'idempotency', new URL('../../migrations/', import.meta.url));
    if (login !== undefined) {
      await client.query(grantIdempotency(client.escapeIdentifier(login)));
    }
    await migrateFolder(client, app.name, app.folder);
  } finally {
    await client.end();
  }
}

async function migrateFolder(client: pg.Client, source: string, folder: URL): Promise<void> {
  const files = await readMigrations(folder);
  const applied = await client.query<AppliedMigration>(APPLIED, [source]);
  for (const migration of pendingMigrations(source, files, applied.rows)) {
    await apply(client, source, migration);
    log.info({ 'migration.source': source, 'migration.number': migration.number }, `migrated: ${migration.name}`);
  }
}

async function apply(client: pg.Client, source: string, { number, name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(RECORD, [source, number, name, checksum]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`migration ${source} ${number} (${name}) failed: ${(error as Error).message}`, { cause: error });
  }
}
