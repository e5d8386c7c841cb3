import { readdir, readFile } from 'node:fs/promises';
import type { MigrationFile } from './next-migration.ts';
import { ROOT } from './outputs.ts';

/** The migrations in a folder, in order. */
export async function readMigrations(folder: string): Promise<MigrationFile[]> {
  const files = (await readdir(new URL(folder, ROOT))).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => ({ file, sql: await readFile(new URL(`${folder}/${file}`, ROOT), 'utf8') })),
  );
}
