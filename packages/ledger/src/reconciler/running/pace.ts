/** How often something is done, and how much of the time it may take. */
export interface Pace {
  /** From one beginning to the next, when it takes no time. */
  readonly everyMs: number;
  /** Of all time, at most this share is spent on it: 0.1 rests nine times as long as it worked. */
  readonly share: number;
}

/** How long to rest after work, so that the pace is kept. */
export const restAfter = (workedMs: number, { everyMs, share }: Pace): number =>
  Math.max(everyMs - workedMs, restOf(workedMs, share));

/** How long to rest in the midst of long work, so that its share is kept. */
export const restOf = (workedMs: number, share: number): number => workedMs * (1 / share - 1);

/** How long to rest after failures in a row, and at most between two tries. */
export interface Failed {
  readonly firstMs: number;
  readonly mostMs: number;
}

/**
 * How long to rest after the last of so many failures in a row: longer each time, and as the pace wants it, but never longer than
 * `mostMs`. Most of the time that a failure takes is spent on waiting for who does not answer.
 */
export const restAfterFailure = (
  failures: number,
  workedMs: number,
  { share, failed: { firstMs, mostMs } }: { readonly share: number; readonly failed: Failed },
): number => Math.min(mostMs, Math.max(firstMs * 2 ** Math.min(failures - 1, 10), restOf(workedMs, share)));
