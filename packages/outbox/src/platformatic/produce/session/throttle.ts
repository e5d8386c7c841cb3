/** The silence that brokers ask for when a client is over its quota. */
export class Throttle {
  readonly #until = new Map<number, number>();
  readonly #atMostMs: number;
  readonly #ended = Promise.withResolvers<never>();

  /** @param atMostMs no broker is given more silence, whatever it asks for */
  constructor(atMostMs: number) {
    this.#atMostMs = atMostMs;
    this.#ended.promise.catch(() => {});
  }

  asked(nodeId: number, ms: number): void {
    if (ms > 0) this.#until.set(nodeId, performance.now() + Math.min(ms, this.#atMostMs));
  }

  /** Resolves when the broker may be spoken to; rejects when `end` is called before. */
  async over(nodeId: number): Promise<void> {
    const ms = (this.#until.get(nodeId) ?? 0) - performance.now();
    this.#until.delete(nodeId);
    if (ms <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    try {
      await Promise.race([promise, this.#ended.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  end(): void {
    this.#ended.reject(new Error('the wait for a throttling broker was aborted'));
  }
}
