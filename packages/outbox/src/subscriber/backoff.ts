/** How waits between tries grow: from `firstMs`, doubling, never above `maxMs`. Both in milliseconds. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait after the given number of failures in a row (1 or more). Between half of the nominal wait and all of
 * it, at random, so that those who failed together do not come back together.
 */
export function backoffMs(failures: number, { firstMs, maxMs }: Backoff, random: number = Math.random()): number {
  const nominal = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 50));
  return nominal / 2 + (nominal / 2) * random;
}
