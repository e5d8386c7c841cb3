/** A migration that is there: `0003_add_reason.sql` and its text. */
export interface MigrationFile {
  readonly file: string;
  readonly sql: string;
}

const NAME = 'stage_contract';

/**
 * The migration that is missing for the database to hold what the contract says, with the next free number; null when
 * nothing is. Migrations are forward-only, and each of the contract's replaces all constraints of the one before: so the
 * newest is compared, and a new one is written whole.
 *
 * @param files all migrations of a database, in order
 * @param sql what the contract says
 */
export function nextMigration(files: readonly MigrationFile[], sql: string): MigrationFile | null {
  const newest = files.findLast(({ file }) => file.endsWith(`_${NAME}.sql`));
  if (newest?.sql === sql) return null;
  const number = Number(files.at(-1)?.file.slice(0, 4) ?? 0) + 1;
  return { file: `${String(number).padStart(4, '0')}_${NAME}.sql`, sql };
}
