import { asError } from '../../errors/as-error.ts';
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
  /** Another owner of the partition is at work: try again soon. */
  | { readonly kind: 'contended'; readonly error: Error }
  /** A transaction was in the way of ours, at this place in the batch, or (null) somewhere: try again soon. */
  | { readonly kind: 'collided'; readonly at: number | null; readonly error: Error }
  /** Nothing can be said about the messages: the database did not answer. */
  | { readonly kind: 'unavailable'; readonly error: Error }
  /** A message is at fault: the one at this place in the batch, or (null) some message of it. */
  | { readonly kind: 'failed'; readonly at: number | null; readonly error: Error }
  | { readonly kind: 'abandoned' };

/** serialization failure · deadlock */
const COLLIDED = new Set(['40001', '40P01']);
/** The session idled in its transaction, or the transaction lasted too long: whoever was at work took the time. */
const OVERDUE = new Set(['25P03', '25P04']);
/** connection trouble · out of resources, but for what one statement is allowed · shut down or starting up */
const UNAVAILABLE = /^(08...|53[0-3]00|57P0[1-5]|58030)$/;
/** A value that Postgres cannot take, or more of it than it can: a message's, since the consumer has no others. */
const UNACCEPTABLE = /^(22|54)...$/;

const sqlState = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Judges an error of one of the consumer's own statements. */
export function judgeOwnError(thrown: unknown): BatchOutcome {
  const error = asError(thrown);
  const state = sqlState(error);
  if (state === '55P03') {
    return { kind: 'contended', error };
  }
  if (COLLIDED.has(state)) {
    return { kind: 'collided', at: null, error };
  }
  return UNACCEPTABLE.test(state) ? { kind: 'failed', at: null, error } : { kind: 'unavailable', error };
}

/** Judges an error that came out of a handler: the fault of the message at this place, or (null) of one of those it had. */
export function judgeHandlerError(thrown: unknown, at: number | null): BatchOutcome {
  const error = asError(thrown);
  const state = sqlState(error);
  if (COLLIDED.has(state)) {
    return { kind: 'collided', at, error };
  }
  return UNAVAILABLE.test(state) ? { kind: 'unavailable', error } : { kind: 'failed', at, error };
}

/** Judges an error of COMMIT: a deferred constraint is the fault of a message, but nobody knows of which. */
export function judgeCommitError(thrown: unknown): BatchOutcome {
  const error = asError(thrown);
  const state = sqlState(error);
  if (COLLIDED.has(state)) {
    return { kind: 'collided', at: null, error };
  }
  return /^[0-9A-Z]{5}$/.test(state) && !UNAVAILABLE.test(state)
    ? { kind: 'failed', at: null, error }
    : { kind: 'unavailable', error };
}

/** Whether the outcome says why the connection is gone: the message at work kept the transaction open for too long. */
export const saysOverdue = (outcome: BatchOutcome): boolean =>
  outcome.kind === 'failed' && OVERDUE.has(sqlState(outcome.error));
