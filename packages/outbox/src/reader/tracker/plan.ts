import type { Range } from './ranges.ts';

/** What the next read of a shard must look at. */
export interface ReadPlan {
  /** Rows after it are wanted, up to `upTo`. */
  readonly cursor: number;
  readonly upTo: number;
  /** Rows inside these are wanted too. */
  readonly gaps: readonly Range[];
  /** The statement must answer no row of the shard unless its own look finds all of these transactions. */
  readonly restingOn: readonly string[];
  /** Whether the statement must look who holds the sequence. */
  readonly look: boolean;
}

/** What it found. */
export interface ReadAnswer {
  /** Numbers of the rows found, ascending. */
  readonly seqs: readonly number[];
  /** Whether everything visible that was wanted is among them. */
  readonly complete: boolean;
  /** The newest number drawn when the statement ran. */
  readonly lastValue: number;
  /** Transactions that held the sequence at a time after the statement's snapshot. Present when the plan asked. */
  readonly running: ReadonlySet<string> | undefined;
  /** Those of them that the statement's snapshot does not know as running: their rows may be among those found. */
  readonly ending: ReadonlySet<string>;
}
