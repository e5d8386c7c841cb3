import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { cloneDatabase, type TestDatabase } from '@bezel/local/testing';
import { migrationSql, type Outbox } from '@bezel/outbox';
import { type Database, migrateDatabase, openDatabase } from '@bezel/service';
import type { MesDatabase } from '../database/mes-database.ts';
import { injectedOutbox } from './injected-outbox.ts';

export const MIGRATIONS = new URL('../../migrations/', import.meta.url);

/** A migrated database of one test's own, opened; dropped when disposed. */
export interface MesTestDatabase extends Database<MesDatabase>, AsyncDisposable {
  readonly url: string;
  /** The writer as the MES's controllers and activities get it. */
  readonly outbox: Outbox;
}

export async function createMesDatabase(): Promise<MesTestDatabase> {
  const hash = createHash('sha256').update(migrationSql());
  for (const file of (await readdir(MIGRATIONS)).sort()) {
    hash.update(await readFile(new URL(file, MIGRATIONS)));
  }
  const clone: TestDatabase = await cloneDatabase(`mes ${hash.digest('hex')}`, (url) =>
    migrateDatabase({ url, app: { name: 'mes', folder: MIGRATIONS } }),
  );
  const database = openDatabase<MesDatabase>({ url: clone.url, name: 'mes-test', max: 25 });
  return {
    ...database,
    url: clone.url,
    outbox: await injectedOutbox(database),
    async [Symbol.asyncDispose]() {
      await database.end();
      await clone[Symbol.asyncDispose]();
    },
  };
}
