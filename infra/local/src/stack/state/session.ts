import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { endProcess } from '../../processes/end-process.ts';
import { launchingNpm } from '../../processes/launcher.ts';
import { type Lock, LockHeldError, type LockHolder, takeLock } from '../../processes/lock.ts';
import { isAlive } from '../../processes/process-identity.ts';
import { removeContainer } from '../../servers/container/remove.ts';
import { removeVolumes } from '../../servers/container/volumes.ts';
import type { Progress } from '../../servers/progress.ts';
import { endLeftovers, Journal } from '../../supervisor/journal.ts';
import { setLogAside, tailOfLog } from '../../supervisor/log-file.ts';
import { Supervisor, type SupervisorOptions } from '../../supervisor/supervisor.ts';
import { logFile, type Places } from '../places.ts';
import { openPorts, type Ports } from './ports.ts';
import { openSecrets, type Secrets } from './secrets.ts';

/** Another start runs in the same place. */
export class AlreadyRunningError extends Error {
  readonly code = 'ALREADY_RUNNING';

  constructor(pid: number, places: Places) {
    super(`a stack already runs here (process ${pid}, ${places.state}): end it with Ctrl-C there, or "kill ${pid}"`);
    this.name = 'AlreadyRunningError';
  }
}

/** One run of a stack in its places: nobody else runs there, nothing of an earlier run is left. */
export interface Session {
  readonly places: Places;
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly supervisor: Supervisor;
  readonly progress: Progress;
  /** Fires when the run is to end. */
  readonly signal: AbortSignal;
  /** Ends everything the session started, later waves first, and gives its ports and places back. */
  close(): Promise<void>;
}

export interface SessionOptions extends Pick<SupervisorOptions, 'backOff' | 'onEnd'> {
  readonly places: Places;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Drop all data first. */
  readonly reset?: boolean;
}

/**
 * Takes the places, ends what a killed run left there and, if asked, drops its data. A run whose npm has ended ends by
 * itself and is waited for. Throws {@link AlreadyRunningError} when another run is alive there.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { places, progress, signal, backOff, onEnd } = options;
  const lock = await lockPlaces(places, progress);
  try {
    const ended = await endLeftovers(places.journal, removeContainer);
    if (ended.length > 0) {
      progress.say(`  · a start that was killed left ${ended.join(', ')} running: ended`);
    }
    rmSync(places.stackFile, { force: true });
    if (options.reset === true) {
      await dropData(places);
    }
    setLostDataAside(places, progress);
    mkdirSync(places.logs, { recursive: true });
    for (const log of readdirSync(places.logs).filter((name) => name.endsWith('.log'))) {
      setLogAside(join(places.logs, log));
    }
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
  const ports = openPorts(places.portMemory);
  const supervisor = new Supervisor({
    journal: new Journal(places.journal),
    onEvent: (line) => progress.say(`  ! ${line}`),
    explain: (name) => tailOfLog(logFile(places, name)),
    ...(backOff && { backOff }),
    ...(onEnd && { onEnd }),
  });
  return {
    places,
    ports,
    secrets: openSecrets(places.secrets),
    supervisor,
    progress,
    signal,
    async close() {
      await supervisor.stop();
      rmSync(places.stackFile, { force: true });
      ports[Symbol.dispose]();
      lock[Symbol.dispose]();
    },
  };
}

/**
 * As root Postgres' data outlives the checkout. When that was deleted and cloned anew at the same path, the passwords are
 * gone, and nobody could connect: a start would wait without end.
 */
function setLostDataAside({ secrets, postgresHome, postgresData }: Places, progress: Progress): void {
  if (existsSync(secrets) || !existsSync(postgresData)) {
    return;
  }
  const aside = `${postgresHome}.lost`;
  rmSync(aside, { recursive: true, force: true });
  renameSync(postgresHome, aside);
  progress.say(
    `  · Postgres has data here of a checkout that is gone, and its passwords with it: set aside in ${aside}`,
  );
}

/** How long a run whose npm has ended may take to end its stack before it is killed; what it left is then ended too. */
const ABANDONED_GRACE_MS = 30_000;

async function lockPlaces(places: Places, progress: Progress): Promise<Lock> {
  try {
    return takeLock(places.lock, launchingNpm());
  } catch (error) {
    if (!(error instanceof LockHeldError)) {
      throw error;
    }
    const { holder } = error;
    if (!isAbandoned(holder)) {
      throw new AlreadyRunningError(holder.pid, places);
    }
    progress.say(`  · the last start (process ${holder.pid}) is ending, because its npm has ended; waiting for it`);
    await endProcess(holder, 0, ABANDONED_GRACE_MS);
    return lockPlaces(places, progress);
  }
}

const isAbandoned = ({ npm }: LockHolder): boolean => npm !== undefined && npm !== null && !isAlive(npm);

/** Test runs of this checkout have places of their own inside the stack's. */
export const TESTS_FOLDER = 'tests';

/** Drops everything but the lock, which is held, test runs, which are somebody else's, and what is to be kept. */
export async function dropData(places: Places, keep: readonly string[] = []): Promise<void> {
  const removed = await removeVolumes(places.volumes);
  const kept = [basename(places.lock), TESTS_FOLDER, ...keep, ...(removed ? [] : [basename(places.volumes)])];
  for (const name of existsSync(places.state) ? readdirSync(places.state) : []) {
    if (!kept.includes(name)) {
      rmSync(join(places.state, name), { recursive: true, force: true });
    }
  }
  rmSync(places.postgresHome, { recursive: true, force: true });
}
