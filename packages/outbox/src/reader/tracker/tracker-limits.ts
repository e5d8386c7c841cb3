/** When a tracker saves work, and how much it remembers. No rule of docs/reading.md depends on the values. */
export interface TrackerLimits {
  /** Reads that cover a gap in vain before anybody looks for its holders: a look costs as much as a small read. */
  readonly lookAfterReads: number;
  readonly gapsPerRead: number;
  readonly gapsInMemory: number;
  readonly holesInSummary: number;
  readonly restBeyondGaps: number;
  readonly restBeyondWidth: number;
  readonly restAfterReads: number;
}

export const DEFAULT_LIMITS: TrackerLimits = {
  lookAfterReads: 2,
  gapsPerRead: 1_000,
  gapsInMemory: 200_000,
  holesInSummary: 1_000,
  restBeyondGaps: 64,
  restBeyondWidth: 256,
  restAfterReads: 50,
};
