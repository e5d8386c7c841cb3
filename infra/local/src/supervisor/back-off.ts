/** How a supervised process that ended is started again. Times in milliseconds. */
export interface BackOff {
  /** Wait before the first restart. */
  readonly firstMs: number;
  /** The wait doubles with each further restart up to this. */
  readonly limitMs: number;
  /** Having run this long, a process counts as healthy and its next end as a first one. */
  readonly healthyAfterMs: number;
}

export const DEFAULT_BACK_OFF: BackOff = { firstMs: 200, limitMs: 10_000, healthyAfterMs: 10_000 };

/** What a supervisor remembers of a process between two of its ends. */
export interface RestartHistory {
  /** Ends in a row without a healthy run between them. */
  readonly failures: number;
}

export const NO_FAILURES: RestartHistory = { failures: 0 };

/** Decides how long to wait before starting a process again that just ended after running `ranMs`. */
export function afterExit(
  history: RestartHistory,
  ranMs: number,
  backOff: BackOff = DEFAULT_BACK_OFF,
): { readonly history: RestartHistory; readonly waitMs: number } {
  const failures = ranMs >= backOff.healthyAfterMs ? 0 : history.failures;
  const waitMs = Math.min(backOff.firstMs * 2 ** failures, backOff.limitMs);
  return { history: { failures: failures + 1 }, waitMs };
}
