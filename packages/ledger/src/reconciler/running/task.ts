import { setTimeout as delay } from 'node:timers/promises';
import { type Failed, type Pace, restAfter, restAfterFailure } from './pace.ts';

/** Something that is done again and again. */
export interface Task {
  readonly pace: Pace;
  readonly failed: Failed;
  /** When it has said nothing of getting on for so long, it is broken off, as a failure; it must not rest so long. In ms. */
  readonly stuckMs: number;
  /**
   * Does it once. What it has not done when it fails, it does the next time.
   *
   * @param signal ends it
   * @param getsOn to be called now and then: a source that never answers must not hold it up for good
   */
  readonly work: (signal: AbortSignal, getsOn: () => void) => Promise<void>;
  readonly onDone: () => void;
  readonly onFailed: (error: unknown) => void;
}

/** Keeps a task going until the signal fires. A failure is told, and tried again after a while that grows. */
export async function keepAt(task: Task, signal: AbortSignal): Promise<void> {
  const { pace, failed, onDone, onFailed } = task;
  let failures = 0;
  while (!signal.aborted) {
    const began = performance.now();
    let rest: number;
    try {
      await workOnce(task, signal);
      if (signal.aborted) return;
      failures = 0;
      rest = restAfter(performance.now() - began, pace);
      onDone();
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      rest = restAfterFailure(failures, performance.now() - began, { share: pace.share, failed });
      onFailed(error);
    }
    await delay(rest, undefined, { signal }).catch(() => {});
  }
}

async function workOnce({ work, stuckMs }: Task, signal: AbortSignal): Promise<void> {
  const stuck = new AbortController();
  const timer = setTimeout(() => stuck.abort(new Error(`nothing has got on for ${stuckMs / 1_000} s`)), stuckMs);
  try {
    await work(AbortSignal.any([signal, stuck.signal]), () => timer.refresh());
  } finally {
    clearTimeout(timer);
  }
}
