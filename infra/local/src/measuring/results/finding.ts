/** What a measurement found. */
export interface Finding {
  /** The figures of the last line with `--json`. */
  readonly figures: Readonly<Record<string, unknown>>;
  /** What the targets say of them. */
  readonly targets: readonly Target[];
  /** Figures with best, median and rounds, for RESULTS.md. */
  readonly tables: readonly Table[];
  /** What a reader has to know about how it was measured. */
  readonly notes: readonly string[];
}

export interface Target {
  readonly what: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit?: string;
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
