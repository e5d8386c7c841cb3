import { existsSync } from 'node:fs';
import { chown, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../../download/run.ts';
import { processUnit } from '../../supervisor/process-unit.ts';
import type { Unit } from '../../supervisor/unit.ts';
import { probePostgres } from '../probes.ts';
import type { PostgresUser } from './postgres-home.ts';

export interface NativePostgres {
  /** Folder with `postgres` and `initdb`. */
  readonly bin: string;
  readonly user: PostgresUser | null;
  readonly data: string;
  readonly port: number;
  readonly superuserPassword: string;
  readonly logFile: string;
  /** Settings beyond the defaults, as `name: value`. */
  readonly settings: Readonly<Record<string, string>>;
}

export const postgresUrl = ({ port, superuserPassword }: { port: number; superuserPassword: string }): string =>
  `postgres://postgres:${superuserPassword}@127.0.0.1:${port}/postgres`;

/** Makes the data folder if there is none. It appears by a rename: a killed initdb leaves nothing that looks whole. */
export async function initialisePostgres(server: NativePostgres): Promise<void> {
  if (existsSync(join(server.data, 'PG_VERSION'))) {
    return;
  }
  const draft = `${server.data}.draft`;
  const passwordFile = `${server.data}.password`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(dirname(server.data), { recursive: true, mode: 0o755 });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, server.superuserPassword, { mode: 0o600 });
  try {
    if (server.user !== null) {
      await chown(draft, server.user.uid, server.user.gid);
      await chown(passwordFile, server.user.uid, server.user.gid);
    }
    await run(
      join(server.bin, 'initdb'),
      [
        ...['-D', draft, '-U', 'postgres', `--pwfile=${passwordFile}`, '-A', 'scram-sha-256'],
        ...['--encoding=UTF8', '--locale=C', '--no-instructions'],
      ],
      { cwd: '/', env: { LC_ALL: 'C' }, user: idsOf(server.user) },
    );
    await rename(draft, server.data);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Postgres on 127.0.0.1 only, with no socket file; it keeps its data through any end. */
export function postgresUnit(server: NativePostgres): Unit {
  const url = postgresUrl(server);
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(server.port),
    unix_socket_directories: '',
    ...server.settings,
  };
  return processUnit({
    name: 'postgres',
    roles: ['server'],
    urls: { tcp: `127.0.0.1:${server.port}` },
    logFile: server.logFile,
    // Fast shutdown: ends sessions. SIGTERM would wait for clients to leave by themselves.
    stopSignal: 'SIGINT',
    command: {
      file: join(server.bin, 'postgres'),
      args: ['-D', server.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      cwd: '/',
      user: idsOf(server.user),
    },
    probe: () => probePostgres(url),
  });
}

const idsOf = (user: PostgresUser | null): { uid: number; gid: number } | undefined =>
  user === null ? undefined : { uid: user.uid, gid: user.gid };
