/** How many customers want to be served at once: clients look at it, a fault turns it up. */
export class Load {
  readonly #usual: number;
  #factor = 1;
  #rose = false;
  #more = Promise.withResolvers<void>();

  constructor(usual: number) {
    this.#usual = usual;
  }

  get customers(): number {
    return this.#usual * this.#factor;
  }

  /** Told by clients how many are being served. */
  serves(customers: number): void {
    if (customers > this.#usual) this.#rose = true;
  }

  /** Whether more than usual were served since it was turned up. */
  get rose(): boolean {
    return this.#rose;
  }

  turnUp(factor: number): void {
    this.#factor = factor;
    if (factor > 1) this.#rose = false;
    this.#more.resolve();
    this.#more = Promise.withResolvers<void>();
  }

  /** Settles when it was turned up or down. */
  get changed(): Promise<void> {
    return this.#more.promise;
  }
}
