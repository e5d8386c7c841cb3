import { run } from '../../../download/run.ts';
import type { Secrets } from '../../../stack/state/secrets.ts';
import { connected, type OwnDatabase, provideDatabase, urlOf } from '../../own-database.ts';
import type { ServerSettings } from './configuration.ts';

const LOGINS = { owner: 'temporal_owner', login: 'temporal' };
const MAIN: OwnDatabase = { name: 'temporal', ...LOGINS };
const VISIBILITY: OwnDatabase = { name: 'temporal_visibility', ...LOGINS };

/** The databases as the server itself uses them: a login that may change rows and no tables. */
export const temporalDatabases = (superuserUrl: string, secrets: Secrets): ServerSettings['databases'] => ({
  main: urlOf(superuserUrl, MAIN.name, LOGINS.login, secrets),
  visibility: urlOf(superuserUrl, VISIBILITY.name, LOGINS.login, secrets),
});

/**
 * Makes Temporal's two databases and their logins, and brings their tables to the version of the tool. Safe to repeat;
 * a newer tool updates what an older one made. The extension btree_gin is a trusted one: the owner makes it.
 */
export async function provideTemporalDatabases(
  superuserUrl: string,
  secrets: Secrets,
  sqlTool: string,
  signal: AbortSignal,
): Promise<void> {
  for (const [database, tables] of [
    [MAIN, 'temporal'],
    [VISIBILITY, 'visibility'],
  ] as const) {
    await provideDatabase(superuserUrl, database, secrets);
    const url = new URL(urlOf(superuserUrl, database.name, database.owner, secrets));
    const tool = (...args: string[]): Promise<string> =>
      run(sqlTool, args, {
        signal,
        env: {
          SQL_PLUGIN: 'postgres12',
          SQL_HOST: url.hostname,
          SQL_PORT: url.port === '' ? '5432' : url.port,
          SQL_DATABASE: database.name,
          SQL_USER: database.owner,
          SQL_PASSWORD: secrets.get(database.owner),
        },
      });
    if (!(await isSetUp(url.href))) {
      await tool('setup-schema', '--version', '0.0');
    }
    await tool('update-schema', '--schema-name', `postgresql/v12/${tables}`);
  }
}

/** Whether the tool has been here before: it keeps the version of the tables in one of them. */
async function isSetUp(url: string): Promise<boolean> {
  let found = false;
  await connected(url, async (client) => {
    const { rows } = await client.query(`SELECT to_regclass('schema_version') IS NOT NULL AS found`);
    found = rows[0].found;
  });
  return found;
}
