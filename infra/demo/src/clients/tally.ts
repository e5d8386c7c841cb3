import { setTimeout as delay } from 'node:timers/promises';

/** What clients do, in the order of an order's life. */
export const STEPS = [
  'submitted',
  'accepted',
  'claimed',
  'started',
  'completed',
  'packed',
  'shipped',
  'delivered',
  'cancelled',
] as const;
export type Step = (typeof STEPS)[number];

/**
 * Counts what the clients have achieved. Others wait for it: the killer for a number of steps, the watch for a time
 * without any.
 */
export class Tally {
  readonly #counts = new Map<Step, number>(STEPS.map((step) => [step, 0]));
  readonly #waiting = new Set<{ readonly steps: number; readonly resolve: () => void }>();
  #steps = 0;
  #lastAt = performance.now();
  /** Requests that were sent again because no answer or a 5xx came. */
  retries = 0;

  count(step: Step): void {
    this.#counts.set(step, this.of(step) + 1);
    this.#steps += 1;
    this.#lastAt = performance.now();
    for (const waiter of this.#waiting) {
      if (this.#steps < waiter.steps) continue;
      this.#waiting.delete(waiter);
      waiter.resolve();
    }
  }

  of(step: Step): number {
    return this.#counts.get(step) ?? 0;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Milliseconds since anything was achieved. */
  get idleMs(): number {
    return performance.now() - this.#lastAt;
  }

  /** Settles once that many steps are taken, or the signal fires. */
  async reached(steps: number, signal: AbortSignal): Promise<void> {
    if (this.#steps >= steps || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { steps, resolve };
    this.#waiting.add(waiter);
    const stop = (): void => {
      this.#waiting.delete(waiter);
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
    await promise;
    signal.removeEventListener('abort', stop);
  }

  /** Settles once nothing was achieved for so long, or the signal fires. */
  async stalled(patienceMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.idleMs < patienceMs) {
      await delay(patienceMs - this.idleMs, undefined, { signal }).catch(() => {});
    }
  }
}
