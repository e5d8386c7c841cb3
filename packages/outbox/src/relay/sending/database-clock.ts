/**
 * What time it is by the database, between its answers by this machine's clock that never goes back. The other clock of the
 * machine, which people set, may be wrong by hours without harm.
 */
export class DatabaseClock {
  #ahead: number | undefined;

  /**
   * @param now what the database said, in ms since 1970
   * @param at when the answer came, by `performance.now()`: it may have been long under way, and a time of the past does no harm
   */
  answered(now: number, at: number): void {
    this.#ahead = now - at;
  }

  /** In whole milliseconds since 1970; undefined before the first answer. */
  now(): number | undefined {
    return this.#ahead === undefined ? undefined : Math.floor(this.#ahead + performance.now());
  }
}
