/** A wait that others can end. A call of `notify` before the wait ends the next one at once; calls do not add up. */
export class Wake {
  #notified = false;
  #end: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  notify(): void {
    this.#notified = true;
    this.#end?.();
  }

  /** A wait under way begins anew. */
  postpone(): void {
    this.#timer?.refresh();
  }

  /** Waits for `notify`, for at most `ms` milliseconds. */
  async wait(ms: number): Promise<void> {
    if (!this.#notified && ms > 0) {
      await new Promise<void>((resolve) => {
        this.#timer = setTimeout(resolve, ms);
        this.#end = resolve;
      });
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#end = undefined;
    }
    this.#notified = false;
  }
}
