/** At most so many are kept, and none larger than this. A request is of the size of the relay's batches, or smaller. */
const KEPT = 8;
const LARGEST = 2 * 1024 * 1024;

/**
 * Memory for requests, used again: hundreds of kilobytes for each, dozens of times a second, would have to be had from the
 * system and cleared, and stay until the garbage collector finds them.
 */
export class RequestMemory {
  readonly #spare: Buffer[] = [];

  /** A piece that is at least of this size. Its content is whatever was there. */
  take(size: number): Buffer {
    const n = this.#spare.findIndex(({ length }) => length >= size);
    return n === -1 ? Buffer.allocUnsafeSlow(size + (size >> 2)) : (this.#spare.splice(n, 1)[0] as Buffer);
  }

  /** Only for a piece that nobody reads any more: of a request that was answered. */
  giveBack(memory: Buffer): void {
    if (memory.length > LARGEST) return;
    if (this.#spare.length === KEPT) this.#spare.shift();
    this.#spare.push(memory);
  }
}
