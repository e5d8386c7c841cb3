/**
 * How long to wait between two reads, in milliseconds. While messages flow a relay asks again after a millisecond, or at once
 * when it knows of more; after that it slows down to the idle pace.
 */
export interface PollPace {
  readonly busyMs: number;
  readonly idleMs: number;
  /** Empty reads at the busy pace before slowing down. Writers nudge once in 50 ms at most: together they should be longer. */
  readonly patience: number;
}

export const DEFAULT_PACE: PollPace = { busyMs: 1, idleMs: 40, patience: 100 };

/**
 * The wait after a number of reads in a row that found nothing. It is not 0 after one that found all there was: what is written
 * in the next millisecond goes with one read then, and each of them costs every process on the way.
 */
export function waitAfter(emptyReads: number, { busyMs, idleMs, patience }: PollPace): number {
  return Math.min(idleMs, busyMs * 1.5 ** Math.max(0, Math.min(emptyReads - patience, 64)));
}
