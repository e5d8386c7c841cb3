import type { PlacedEvent } from '../message/calls.ts';

/** How the transaction of one batch ended. Only `committed` has effects. */
export type BatchOutcome =
  | {
      readonly kind: 'committed';
      readonly handled: number;
      /** The events that are done with: handled now, or found handled before. */
      readonly done: readonly PlacedEvent[];
      readonly duplicates: number;
      /** Messages that were parked instead. */
      readonly parked: number;
    }
  /** The position in the database is another one: null when it is gone altogether. */
  | { readonly kind: 'moved'; readonly position: bigint | null }
  /** Another owner of the partition is at work, or a transaction was in the way of ours: try again soon. */
  | { readonly kind: 'contended'; readonly error: Error }
  /** Nothing can be said about the messages: the database did not answer. */
  | { readonly kind: 'unavailable'; readonly error: Error }
  /** A message is at fault: the one at this place in the batch, or (null) some message of it. */
  | { readonly kind: 'failed'; readonly at: number | null; readonly error: Error }
  | { readonly kind: 'abandoned' };

/** lock not available · serialization failure · deadlock */
const CONTENDED = new Set(['55P03', '40001', '40P01']);
/** connection trouble · out of resources · shut down, starting up, or our session ended from outside */
const UNAVAILABLE = /^(08...|53...|57P0[1-5]|25P03|25P04|58030)$/;

const sqlState = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** Judges an error of one of the consumer's own statements. */
export function judgeOwnError(thrown: unknown): BatchOutcome {
  const error = toError(thrown);
  return CONTENDED.has(sqlState(error)) ? { kind: 'contended', error } : { kind: 'unavailable', error };
}

/** Judges an error that came out of a handler: the fault of the message at this place, or (null) of one of those it had. */
export function judgeHandlerError(thrown: unknown, at: number | null): BatchOutcome {
  const error = toError(thrown);
  const state = sqlState(error);
  if (state === '40001' || state === '40P01') {
    return { kind: 'contended', error };
  }
  return UNAVAILABLE.test(state) ? { kind: 'unavailable', error } : { kind: 'failed', at, error };
}

/** Judges an error of COMMIT: a deferred constraint is the fault of a message, but nobody knows of which. */
export function judgeCommitError(thrown: unknown): BatchOutcome {
  const error = toError(thrown);
  const state = sqlState(error);
  if (CONTENDED.has(state)) {
    return { kind: 'contended', error };
  }
  return /^[0-9A-Z]{5}$/.test(state) && !UNAVAILABLE.test(state)
    ? { kind: 'failed', at: null, error }
    : { kind: 'unavailable', error };
}
