import type { Backoff } from '../../subscriber/backoff.ts';

/**
 * What an error means for its event. `retry`: try again, and park the event's key after so many attempts · `park`: it will
 * never succeed, park its key at once · `wait`: not the event's fault (a service it needs is away), try again for ever.
 */
export type FailureVerdict = 'retry' | 'park' | 'wait';

/** How an event that fails is tried again, and when its key is parked. Times are in milliseconds. */
export interface RetryPolicy extends Partial<Backoff> {
  /**
   * Failed tries before the key is parked; `Infinity`: never, its partition stands still instead. A try in a batch counts,
   * but the last one is always alone. Default 10.
   */
  readonly attempts?: number;
  /**
   * Tells errors apart. Without it an error whose `retryable` is `false` parks at once, and any other is tried again.
   * It answers at once: a promise counts as `retry`, as an error of its own does. Not asked about the database's own trouble, lost connections or deadlocks: those are no event's fault.
   */
  readonly judge?: (error: Error) => FailureVerdict;
}

/** A policy with nothing left open. */
export interface SettledPolicy {
  readonly backoff: Backoff;
  readonly attempts: number;
  readonly judge: (error: Error) => FailureVerdict;
}

export const DEFAULT_POLICY: SettledPolicy = {
  backoff: { firstMs: 200, maxMs: 60_000 },
  attempts: 10,
  judge: (error) => ('retryable' in error && error.retryable === false ? 'park' : 'retry'),
};

/** Fills what a policy leaves open from another one. A `judge` that throws, or answers something else, counts as `retry`. */
export function settlePolicy(policy: RetryPolicy | undefined, fallback: SettledPolicy): SettledPolicy {
  if (policy === undefined) {
    return fallback;
  }
  const { judge } = policy;
  return {
    backoff: {
      firstMs: policy.firstMs ?? fallback.backoff.firstMs,
      maxMs: policy.maxMs ?? fallback.backoff.maxMs,
    },
    attempts: policy.attempts ?? fallback.attempts,
    judge: judge === undefined ? fallback.judge : (error) => safely(judge, error),
  };
}

function safely(judge: (error: Error) => FailureVerdict, error: Error): FailureVerdict {
  try {
    const verdict: unknown = judge(error);
    // Its rejection would end the process.
    Promise.resolve(verdict).catch(() => {});
    return verdict === 'park' || verdict === 'wait' ? verdict : 'retry';
  } catch {
    return 'retry';
  }
}
