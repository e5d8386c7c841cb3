import { quoteSchema } from '../../database/schema-name.ts';
import { GrantMissingError } from '../../errors/relaying.ts';
import { migrate as applyMigrations, migrationSql } from '../../migrate/migrate.ts';
import { loadMigrations } from '../../migrate/migrations.ts';
import { selectVersion } from '../../migrate/statements.ts';
import type { Command, Context } from '../command.ts';
import { DRY_RUN } from '../options/dry-run.ts';
import { GRANT_TO, grantsGiven } from '../options/grant-to.ts';

const UNDEFINED_TABLE = '42P01';
const INSUFFICIENT_PRIVILEGE = '42501';

export const migrate: Command = {
  name: 'migrate',
  summary: 'creates the tables of an outbox, or brings them up to date',
  details: 'All or nothing. It needs a login that owns the schema, or may create it.',
  options: [
    { name: 'shards', value: 'n', help: 'lanes that are published side by side; for a new outbox only (8)' },
    GRANT_TO,
    { ...DRY_RUN, help: 'print the SQL that would be run, and change nothing' },
  ],
  async run({ db, given, schemaName }) {
    const shards = given.wholeNumber('shards');
    const options = { schemaName, grantTo: grantsGiven(given), ...(shards === undefined ? {} : { shards }) };
    if (given.flag('dry-run')) {
      const from = await versionOf(db, schemaName);
      const pending = loadMigrations()
        .map(({ version }) => version)
        .filter((version) => version > from);
      const sql = migrationSql({ ...options, from });
      return { document: { dryRun: true, version: from, pending, sql }, text: () => sql };
    }
    const { applied, version } = await applyMigrations(db, options).catch((error: unknown) => {
      const { code, message } = error as { code?: unknown; message?: string };
      if (code !== INSUFFICIENT_PRIVILEGE) throw error;
      throw new GrantMissingError(
        `${message}; migrate needs the login that owns schema "${schemaName}", or one that may create it`,
        { cause: error },
      );
    });
    return {
      document: { dryRun: false, version, applied },
      text: () =>
        applied.length === 0
          ? `version ${version}, nothing to do`
          : `version ${version}, applied ${applied.join(', ')}`,
    };
  },
};

async function versionOf(db: Context['db'], schemaName: string): Promise<number> {
  try {
    return Number((await db.query(selectVersion(quoteSchema(schemaName)))).rows[0].version);
  } catch (error) {
    if ((error as { code?: unknown }).code === UNDEFINED_TABLE) {
      return 0;
    }
    throw error;
  }
}
