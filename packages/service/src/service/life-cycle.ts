import { setTimeout as delay } from 'node:timers/promises';
import { log } from '../telemetry/index.ts';
import type { NamedRole } from './role.ts';

/** Where a process is in its life. Readiness is true in `working` alone. */
export type LifeState = 'starting' | 'working' | 'stopping' | 'stopped';

/** Something to close after the last role has stopped. */
export interface Closable {
  end(): Promise<void>;
}

/** The life of the roles of one process: start from the inside out, stop from the outside in. */
export interface LifeCycle {
  readonly state: LifeState;
  readonly roles: readonly NamedRole[];
  start(fatal: (error: unknown) => void): Promise<void>;
  /** Stops what was started, in the order of the list, then closes the resources. Every call waits for the same stop. */
  stop(): Promise<void>;
}

/**
 * How long a role may keep the ones behind it from stopping too. One slow request at a door must not use up the seconds
 * that everybody has.
 */
const HEAD_START_MS = 1_000;

/**
 * @param roles doors first and the relay last: doors stop before what they feed, and open only when that works
 * @param resources closed when no role can use them any more
 */
export function createLifeCycle(roles: readonly NamedRole[], resources: readonly Closable[]): LifeCycle {
  const lasting = roles.filter(({ role }) => role.once !== true);
  const started = new Set<NamedRole>();
  let state: LifeState = 'starting';
  let stopping: Promise<void> | undefined;

  async function stopAll(): Promise<void> {
    const stops: Promise<void>[] = [];
    for (const { name, role } of lasting.filter((candidate) => started.has(candidate))) {
      const stopped = attempt(`role ${name} did not stop cleanly`, () => role.stop());
      stops.push(stopped);
      await Promise.race([stopped, delay(HEAD_START_MS, undefined, { ref: false })]);
    }
    await Promise.all(stops);
    for (const resource of resources) {
      await attempt('a resource did not close cleanly', () => resource.end());
    }
    state = 'stopped';
  }

  return {
    get state() {
      return state;
    },
    roles: lasting,
    async start(fatal) {
      for (const { role } of roles.filter((entry) => entry.role.once === true)) {
        await role.start(fatal);
      }
      for (const entry of lasting.toReversed()) {
        if (state !== 'starting') {
          return;
        }
        started.add(entry);
        await entry.role.start(fatal);
      }
      if (state === 'starting') {
        state = 'working';
      }
    },
    stop() {
      state = state === 'stopped' ? state : 'stopping';
      stopping ??= stopAll();
      return stopping;
    },
  };
}

/** One role's failure to stop must not keep the next one from stopping. */
async function attempt(complaint: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error({ err: error }, complaint);
  }
}
