import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** Who runs Postgres. */
export interface PostgresUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * Postgres refuses to run as root. When we are root it runs as the first of these users that exists; otherwise as
 * ourselves (null).
 */
export function postgresUser(): PostgresUser | null {
  if (process.getuid?.() !== 0) {
    return null;
  }
  for (const name of ['postgres', '_postgres', 'nobody']) {
    try {
      const id = (flag: string): number =>
        Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { name, uid: id('-u'), gid: id('-g') };
    } catch {
      // no such user: the next one
    }
  }
  throw new Error('Postgres refuses to run as root, and there is no user "postgres" or "nobody" to run it as');
}

/** Where Postgres' programs and data are for root: outside root's home and the checkout, which no other user may enter. */
export const ROOT_HOME = '/var/lib/bezel';

/**
 * A folder with Postgres' `bin`, `lib` and `share` that `user` can read: npm's folder itself, or for another user a copy
 * in {@link ROOT_HOME}, made once per version.
 */
export async function readablePostgres(npmFolder: string, user: PostgresUser | null): Promise<string> {
  if (user === null) {
    await restoreLinks(npmFolder);
    return npmFolder;
  }
  const { version } = JSON.parse(await readFile(join(npmFolder, '..', 'package.json'), 'utf8')) as { version: string };
  const copy = join(ROOT_HOME, `postgres-${version}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.draft.${process.pid}`;
    await mkdir(ROOT_HOME, { recursive: true, mode: 0o755 });
    await cp(npmFolder, draft, { recursive: true, verbatimSymlinks: true });
    await restoreLinks(draft);
    await chmod(draft, 0o755);
    await rename(draft, copy).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') {
        throw error; // otherwise another start was quicker, with the same content
      }
    });
    await rm(draft, { recursive: true, force: true });
  }
  return copy;
}

/** npm packages hold no symbolic links: this one lists them, and its install script makes them unless scripts are off. */
async function restoreLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const inFolder = (path: string): string => join(folder, path.replace(/^native\//, ''));
    if (!existsSync(inFolder(target))) {
      await symlink(basename(source), inFolder(target));
    }
  }
}
