import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { waitForLock } from '../processes/lock.ts';

/** The user's cache folder for Bezel: shared by every checkout, safe to delete while nothing runs. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env['XDG_CACHE_HOME'] !== undefined && env['XDG_CACHE_HOME'] !== '') {
    return join(env['XDG_CACHE_HOME'], 'bezel');
  }
  return platform === 'darwin' ? join(homedir(), 'Library', 'Caches', 'bezel') : join(homedir(), '.cache', 'bezel');
}

/** Where an entry of the cache is, whether or not it is there yet. */
export const cached = (entry: string): string => join(cacheFolder(), entry);

/** True when the cache holds the entry: an entry is there whole or not at all. */
export const isCached = (entry: string): boolean => existsSync(cached(entry));

/**
 * Answers with the entry's folder, filling it first when it is missing. One process fills at a time, the others wait
 * until `signal` fires; the folder appears by a rename, so it is whole even when a fill is killed, and what a killed one
 * left is dropped by the next. What `fill` throws is thrown, and nothing is kept.
 */
export async function cachedOrFilled(
  entry: string,
  fill: (folder: string) => Promise<void>,
  onWait: (pid: number) => void,
  signal: AbortSignal,
): Promise<string> {
  const folder = cached(entry);
  if (existsSync(folder)) {
    return folder;
  }
  using _lock = await waitForLock(`${folder}.lock`, ({ pid }) => onWait(pid), signal);
  if (existsSync(folder)) {
    return folder;
  }
  const drafts = `${basename(folder)}.draft.`;
  for (const left of (await readdir(dirname(folder))).filter((name) => name.startsWith(drafts))) {
    await rm(join(dirname(folder), left), { recursive: true, force: true });
  }
  const draft = join(dirname(folder), `${drafts}${randomBytes(4).toString('hex')}`);
  await mkdir(draft);
  try {
    await fill(draft);
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}
