import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { cloneDatabase, type TestDatabase } from '@bezel/local/testing';
import { migrateDatabase } from '@bezel/service';
import { jest } from '@jest/globals';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(120_000);

export const MIGRATIONS = new URL('../../migrations/', import.meta.url);

/** A migrated, empty database of one test's own. The template is made again when a migration changes. */
export async function shopTestDatabase(): Promise<TestDatabase> {
  const packages = new URL('../../../../packages/', import.meta.url);
  const hash = createHash('sha256');
  for (const folder of [
    new URL('outbox/migrations/', packages),
    new URL('service/migrations/', packages),
    MIGRATIONS,
  ]) {
    for (const file of (await readdir(folder)).sort()) hash.update(await readFile(new URL(file, folder)));
  }
  return cloneDatabase(`shop ${hash.digest('hex')}`, (url) =>
    migrateDatabase({ url, app: { name: 'shop', folder: MIGRATIONS } }),
  );
}
