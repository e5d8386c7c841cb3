/** A look under way. */
export interface Looking {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told whenever it has come further. */
  readonly getsOn: () => void;
}
