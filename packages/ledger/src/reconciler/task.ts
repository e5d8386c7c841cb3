import { setTimeout as delay } from 'node:timers/promises';
import { type Pace, restAfter, waitAfterFailure } from './pace.ts';

/** Something that is done again and again. */
export interface Task {
  readonly pace: Pace;
  readonly failed: { readonly firstMs: number; readonly mostMs: number };
  /** Does it once. What it has not done when it fails, it does the next time. */
  readonly work: () => Promise<void>;
  readonly onDone: () => void;
  readonly onFailed: (error: unknown) => void;
}

/** Keeps a task going until the signal fires. A failure is told, and tried again after a while that grows. */
export async function keepAt({ pace, failed, work, onDone, onFailed }: Task, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const began = performance.now();
    let rest: number;
    try {
      await work();
      if (signal.aborted) return;
      failures = 0;
      rest = restAfter(performance.now() - began, pace);
      onDone();
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      rest = Math.max(
        waitAfterFailure(failures, failed),
        restAfter(performance.now() - began, { ...pace, everyMs: 0 }),
      );
      onFailed(error);
    }
    await delay(rest, undefined, { signal }).catch(() => {});
  }
}
