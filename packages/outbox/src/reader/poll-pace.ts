/**
 * How long to wait between two reads, in milliseconds. While messages flow a relay asks again at once or after one
 * millisecond; after that it slows down to the idle pace.
 */
export interface PollPace {
  readonly busyMs: number;
  readonly idleMs: number;
  /** Empty reads at the busy pace before slowing down. Writers nudge once in 50 ms at most: together they should be longer. */
  readonly patience: number;
}

export const DEFAULT_PACE: PollPace = { busyMs: 1, idleMs: 40, patience: 100 };

/** The wait after a number of reads in a row that found nothing; 0 when the last one found something. */
export function waitAfter(emptyReads: number, { busyMs, idleMs, patience }: PollPace): number {
  if (emptyReads === 0) {
    return 0;
  }
  return Math.min(idleMs, busyMs * 1.5 ** Math.max(0, Math.min(emptyReads - patience, 64)));
}
