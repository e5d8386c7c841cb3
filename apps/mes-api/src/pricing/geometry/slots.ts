interface Waiting {
  readonly alone: boolean;
  readonly enter: () => void;
}

/**
 * Lets so many work at a time, or one alone, in the order they came.
 *
 * @example
 * using _slot = await slots.enter({ alone: false, signal });
 */
export class Slots {
  readonly #most: number;
  readonly #queue: Waiting[] = [];
  #inside = 0;
  #isAlone = false;

  constructor(most: number) {
    this.#most = most;
  }

  /** Waits for a place; with `alone`, until everybody else has left, and nobody enters meanwhile. @throws the signal's reason. */
  async enter({ alone, signal }: { readonly alone: boolean; readonly signal: AbortSignal }): Promise<Disposable> {
    signal.throwIfAborted();
    const entered = Promise.withResolvers<void>();
    const waiting: Waiting = { alone, enter: entered.resolve };
    const giveUp = (): void => {
      const at = this.#queue.indexOf(waiting);
      if (at === -1) return;
      this.#queue.splice(at, 1);
      entered.reject(signal.reason);
      this.#letIn();
    };
    this.#queue.push(waiting);
    signal.addEventListener('abort', giveUp, { once: true });
    this.#letIn();
    try {
      await entered.promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
    return {
      [Symbol.dispose]: () => {
        this.#inside--;
        this.#isAlone = false;
        this.#letIn();
      },
    };
  }

  #letIn(): void {
    for (let next = this.#queue[0]; next !== undefined && this.#hasPlaceFor(next); next = this.#queue[0]) {
      this.#queue.shift();
      this.#inside++;
      this.#isAlone = next.alone;
      next.enter();
    }
  }

  #hasPlaceFor({ alone }: Waiting): boolean {
    return alone ? this.#inside === 0 : this.#inside < this.#most && !this.#isAlone;
  }
}
