import { createHash } from 'node:crypto';

/**
 * A stream of decisions that a seed and a name decide alone. Streams with different names are independent, so a decision
 * about one order does not change when another order takes longer.
 */
export interface Random {
  /** At least 0, less than 1. */
  next(): number;
  /** A whole number, at least 0, less than n. */
  below(n: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of the items. */
  one<Item>(items: readonly [Item, ...Item[]]): Item;
}

/**
 * The stream of that name.
 *
 * @example
 * randomOf('2026', 'order', 17).chance(0.1); // the same on every machine, every time
 */
export function randomOf(seed: string, ...name: readonly (string | number)[]): Random {
  const digest = createHash('sha256')
    .update([seed, ...name].join('\u001f'))
    .digest();
  let [a, b, c, counter] = [0, 4, 8, 12].map((at) => digest.readUInt32LE(at)) as [number, number, number, number];
  const next = (): number => {
    // sfc32: small, fast and well tested; three words of state and a counter
    const sum = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum / 2 ** 32;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    one: (items) => items[below(items.length)] ?? items[0],
  };
}
