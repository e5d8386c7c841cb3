/**
 * Shares work between those who want the same thing at the same time. Each waits with a signal of its own. Whoever does
 * the work may fail or give up: then the next of those who wait does it, with a fresh start.
 *
 * @example
 * const analyses = new OnceAtATime<ModelAnalysis>();
 * await analyses.run(sha256, signal, () => analyse(sha256, signal));
 */
export class OnceAtATime<Result> {
  readonly #running = new Map<string, Promise<Result>>();

  /** @throws the signal's reason once it aborts, or what `work` throws when it was this caller's. */
  async run(key: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    for (;;) {
      signal.throwIfAborted();
      const running = this.#running.get(key);
      if (running === undefined) {
        break;
      }
      const shared = await Promise.race([settled(running), aborted(signal)]);
      if (shared !== undefined) {
        return shared.result;
      }
    }
    // No await since the look above: two callers cannot both find nothing running.
    const mine = work().finally(() => this.#running.delete(key));
    this.#running.set(key, mine);
    return mine;
  }
}

const settled = <Result>(running: Promise<Result>): Promise<{ readonly result: Result } | undefined> =>
  running.then(
    (result) => ({ result }),
    () => undefined,
  );

const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(undefined), { once: true }));
