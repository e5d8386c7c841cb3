/** How many customers want to be served at once: clients look at it, a fault turns it up. */
export class Load {
  readonly #usual: number;
  #factor = 1;
  #more = Promise.withResolvers<void>();

  constructor(usual: number) {
    this.#usual = usual;
  }

  get customers(): number {
    return this.#usual * this.#factor;
  }

  turnUp(factor: number): void {
    this.#factor = factor;
    this.#more.resolve();
    this.#more = Promise.withResolvers<void>();
  }

  /** Settles when it was turned up or down. */
  get changed(): Promise<void> {
    return this.#more.promise;
  }
}
