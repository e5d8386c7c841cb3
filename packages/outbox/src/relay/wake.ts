/** A wait that others can end. A call of `notify` before the wait ends the next one at once; calls do not add up. */
export class Wake {
  #notified = false;
  #end: (() => void) | undefined;

  notify(): void {
    this.#notified = true;
    this.#end?.();
  }

  /** Waits for `notify`, for at most `ms` milliseconds. */
  async wait(ms: number): Promise<void> {
    if (!this.#notified && ms > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#end = undefined;
    }
    this.#notified = false;
  }
}
