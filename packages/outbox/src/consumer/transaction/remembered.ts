/** What `remember` answers: places of events, the first being 1. */
export interface RememberedRow {
  /** Null: all of them. */
  readonly fresh: readonly number[] | null;
  /** Null: none of them. */
  readonly stale: readonly number[] | null;
}

export interface Remembered {
  /** The events, by their index, that nobody of this group has handled yet. Now they are in the inbox. */
  readonly fresh: readonly number[];
  /** Those of them that are older than what the inbox is sure to hold: nobody can know whether they were handled. */
  readonly stale: readonly number[];
}

/** Of so many events. */
export const toRemembered = ({ fresh, stale }: RememberedRow, events: number): Remembered => ({
  fresh: fresh === null ? Array.from({ length: events }, (_, index) => index) : fresh.map(toIndex),
  stale: (stale ?? []).map(toIndex),
});

const toIndex = (place: number): number => place - 1;
