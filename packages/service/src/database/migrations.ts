import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** One migration file: `0003_add_reason.sql` is number 3, named `add_reason`. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hex. */
  readonly checksum: string;
}

/** What the version table says was applied. */
export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

/** The folder and the version table contradict each other; nothing was applied. `code` is stable. */
export class MigrationConflictError extends Error {
  override readonly name = 'MigrationConflictError';
  readonly code = 'MIGRATION_CONFLICT';
  readonly retryable = false;
}

const FILE = /^(\d{4})_([a-z0-9_]+)\.sql$/;

/** Reads a folder of migrations, in order. Numbers start at 1 and have no hole. */
export async function readMigrations(folder: URL): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file, index) => {
      const [, digits, name] = FILE.exec(file) ?? [];
      if (name === undefined || Number(digits) !== index + 1) {
        throw new MigrationConflictError(`${file}: expected ${String(index + 1).padStart(4, '0')}_<name>.sql`);
      }
      const sql = await readFile(new URL(file, folder), 'utf8');
      return { number: index + 1, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Which migrations are still to be applied. Refuses when an applied file was changed, or when the database is ahead of
 * the folder (an older release started against a newer database).
 */
export function pendingMigrations(source: string, files: readonly Migration[], applied: readonly AppliedMigration[]) {
  for (const { number, name, checksum } of applied) {
    const file = files[number - 1];
    if (file === undefined) {
      throw new MigrationConflictError(
        `${source}: the database has migration ${number} (${name}), this release does not: deploy a newer release`,
      );
    }
    if (file.checksum !== checksum) {
      throw new MigrationConflictError(
        `${source}: migration ${number} (${file.name}) was changed after it was applied: write a new one instead`,
      );
    }
  }
  return files.filter((file) => !applied.some(({ number }) => number === file.number));
}
