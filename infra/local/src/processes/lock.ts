import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

/** A lock file held by this process. It stops counting when the process ends, however it ends. */
export interface Lock extends Disposable {
  readonly file: string;
}

/** Who holds a lock, and which npm runs it, if that was said. */
export interface LockHolder extends ProcessIdentity {
  readonly npm?: ProcessIdentity | null;
}

/** The lock is held by another living process. */
export class LockHeldError extends Error {
  readonly code = 'LOCK_HELD';
  readonly holder: LockHolder;

  constructor(file: string, holder: LockHolder) {
    super(`${file} is held by process ${holder.pid}`);
    this.name = 'LockHeldError';
    this.holder = holder;
  }
}

/**
 * Takes a lock or throws {@link LockHeldError} at once. The file names its holder by pid and start time; one whose
 * holder is gone is taken over. Taking over is not atomic against two others doing it in the same instant, so what the
 * lock guards must also end in an atomic rename. `npm` is kept in the lock for whoever finds it held.
 */
export function takeLock(file: string, npm: ProcessIdentity | null = null): Lock {
  mkdirSync(dirname(file), { recursive: true });
  for (;;) {
    if (createWithContent(file, JSON.stringify({ ...self(), npm } satisfies LockHolder))) {
      return { file, [Symbol.dispose]: () => rmSync(file, { force: true }) };
    }
    const holder = holderOf(file);
    if (holder !== null && isAlive(holder)) {
      throw new LockHeldError(file, holder);
    }
    setAsideStale(file, holder);
  }
}

/**
 * Takes a lock, waiting for whoever holds it until `signal` fires, whose reason is then thrown. `onWait` is called once,
 * when there is somebody to wait for.
 */
export async function waitForLock(
  file: string,
  onWait: (holder: ProcessIdentity) => void,
  signal?: AbortSignal,
): Promise<Lock> {
  let told = false;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return takeLock(file);
    } catch (error) {
      if (!(error instanceof LockHeldError)) {
        throw error;
      }
      if (!told) {
        told = true;
        onWait(error.holder);
      }
      await delay(200);
    }
  }
}

function self(): ProcessIdentity {
  const identity = identify(process.pid);
  if (identity === null) {
    throw new Error('this process cannot see its own start time: is /proc mounted, or ps installed?');
  }
  return identity;
}

/** A hard link appears with its content or not at all: no reader ever sees a lock without a holder. */
function createWithContent(file: string, content: string): boolean {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      return false;
    }
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function holderOf(file: string): LockHolder | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockHolder;
  } catch {
    return null;
  }
}

function setAsideStale(file: string, holder: LockHolder | null): void {
  const aside = `${file}.stale.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(file, aside);
  } catch {
    return; // somebody else was quicker
  }
  const moved = holderOf(aside);
  if (moved !== null && (moved.pid !== holder?.pid || moved.started !== holder.started)) {
    createWithContent(file, JSON.stringify(moved)); // it was a fresh lock: put it back
  }
  rmSync(aside, { force: true });
}
