import { setTimeout as delay } from 'node:timers/promises';

/** How a unit that runs is asked whether it still does its work. */
export interface Liveness {
  /** Between an answer, or the lack of one, and the next question. */
  readonly everyMs: number;
  /** So many failures in a row, and it hangs. A count and no time: a machine that slept has not asked. */
  readonly failures: number;
}

/** Temporal's probe takes two seconds at most to fail: half a minute without one good answer, and up to 42 s. */
export const DEFAULT_LIVENESS: Liveness = { everyMs: 5_000, failures: 6 };

/**
 * Asks `probe` until it has failed so many times in a row, and answers with what it said last; null when `signal` fired
 * before. It begins to count when the probe has answered once: a unit that is coming up does not hang.
 */
export async function hangs(
  probe: () => Promise<void>,
  { everyMs, failures }: Liveness,
  signal: AbortSignal,
): Promise<Error | null> {
  let answered = false;
  let failed = 0;
  while (!signal.aborted) {
    try {
      await probe();
      answered = true;
      failed = 0;
    } catch (error) {
      failed += answered ? 1 : 0;
      if (failed >= failures && !signal.aborted) return error as Error;
    }
    await delay(everyMs, undefined, { signal }).catch(() => {});
  }
  return null;
}
