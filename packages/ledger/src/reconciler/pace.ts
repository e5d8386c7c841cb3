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

/** How long to wait before the next try, after so many failures in a row. */
export const waitAfterFailure = (failures: number, { firstMs, mostMs }: { firstMs: number; mostMs: number }): number =>
  Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 10));
