import { setTimeout as delay } from 'node:timers/promises';
import type { Slots } from './slots.ts';

/** One of the works of a lane, a piece at a time. */
export interface Turns {
  /** How long until there is something to do; null when that is not known. */
  waitMs(): number | null;
  /** Whether what comes next has to have the process to itself. */
  alone(): boolean;
  /** Does a piece; `alone` says whether it has. Answers how long the lane rests after it, in milliseconds. */
  take(alone: boolean): Promise<number>;
}

/** Works that take turns, one piece at a time, until they are told to end. */
export interface TakingTurns {
  /** Something may have become due. */
  wake(): void;
  readonly working: boolean;
  /** Settles when they have ended. */
  readonly ended: Promise<void>;
}

/** While both works are due they alternate. A piece waits for a slot first; what is due may have changed by then. */
export function takeTurns(live: Turns, redrive: Turns, slots: Slots, draining: AbortSignal): TakingTurns {
  let working = false;
  let redroveLast = false;
  let arrival = Promise.withResolvers<void>();

  const rest = async (waitMs: number): Promise<void> => {
    const stop = new AbortController();
    const pause = Number.isFinite(waitMs) ? delay(waitMs, undefined, { signal: stop.signal }).catch(() => {}) : null;
    await Promise.race(pause === null ? [arrival.promise] : [pause, arrival.promise]);
    stop.abort();
  };

  const step = async (): Promise<void> => {
    const liveMs = live.waitMs() ?? Number.POSITIVE_INFINITY;
    const redriveMs = redrive.waitMs() ?? Number.POSITIVE_INFINITY;
    const [liveDue, redriveDue] = [liveMs <= 0, redriveMs <= 0];
    if (!liveDue && !redriveDue) {
      await rest(Math.min(liveMs, redriveMs));
      return;
    }
    const alone = live.alone() || (redriveDue && redrive.alone());
    const giveBack = await slots.take(draining, alone);
    if (giveBack === undefined) {
      return;
    }
    let restMs = 0;
    working = true;
    try {
      redroveLast = redriveDue && (!liveDue || !redroveLast);
      restMs = await (redroveLast ? redrive : live).take(alone);
    } finally {
      working = false;
      giveBack();
    }
    if (restMs > 0) {
      await delay(restMs, undefined, { signal: draining }).catch(() => {});
    }
  };

  const run = async (): Promise<void> => {
    while (!draining.aborted) {
      await step();
    }
  };

  return {
    wake() {
      arrival.resolve();
      arrival = Promise.withResolvers();
    },
    get working() {
      return working;
    },
    ended: run(),
  };
}
