import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/** Calls back at the moment asked for last. */
export interface Alarm {
  /** `at`: ms since 1970; null: not at all. */
  set(at: number | null): void;
}

/**
 * An alarm that costs an order one timer in most lives. A timer that is no longer wanted is left to run, and looked at
 * when it ends: an order that goes on in time mostly wants a later moment, and then never pays for a timer again. Only an
 * earlier moment takes a timer of its own.
 */
export function createAlarm(ring: () => void): Alarm {
  let wanted: number | null = null;
  let armed: { readonly at: number; readonly scope: CancellationScope } | null = null;

  function arm(at: number): void {
    const timer = { at, scope: new CancellationScope() };
    armed = timer;
    void timer.scope
      .run(() => sleep(Math.max(1, at - Date.now())))
      .then(ended, (error: unknown) => {
        if (!isCancellation(error)) throw error;
      });
  }

  function ended(): void {
    armed = null;
    if (wanted === null) return;
    if (Date.now() < wanted) {
      arm(wanted);
    } else {
      wanted = null;
      ring();
    }
  }

  return {
    set(at) {
      wanted = at;
      if (at === null || (armed !== null && armed.at <= at)) return;
      armed?.scope.cancel();
      arm(at);
    },
  };
}
