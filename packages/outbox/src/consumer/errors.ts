import { OutboxError } from '../errors/outbox-error.ts';
import type { DataIssue } from '../event/data-issues.ts';

/** A consumer was made with options that cannot work. */
export class ConsumerOptionsInvalidError extends OutboxError {
  readonly code = 'CONSUMER_OPTIONS_INVALID';
  readonly retryable = false;
}

/** A message of a type with a handler lacks a CloudEvents header that every event has, or has one nobody can read. */
export class EventHeadersInvalidError extends OutboxError {
  readonly code = 'EVENT_HEADERS_INVALID';
  readonly retryable = false;
}

/** The data of a message is not JSON, or the event's schema refuses it: then `issues` says where and why. */
export class EventDataInvalidError extends OutboxError {
  readonly code = 'EVENT_DATA_INVALID';
  readonly retryable = false;
  readonly issues: readonly DataIssue[];

  constructor(message: string, { issues = [], ...options }: ErrorOptions & { readonly issues?: readonly DataIssue[] }) {
    super(message, options);
    this.issues = issues;
  }
}

/** A message is no event of ours, or of a type without a handler, and the policy is `fail` or `park`. */
export class EventUnknownError extends OutboxError {
  readonly code = 'EVENT_UNKNOWN';
  readonly retryable = false;
}

/** An event is of a version that its handler does not know: neither the current one nor one it has an upcaster for. */
export class EventVersionUnknownError extends OutboxError {
  readonly code = 'EVENT_VERSION_UNKNOWN';
  readonly retryable = false;
}

/**
 * An event is older than what the inbox is sure to hold, so nobody can know whether it was handled before. Its key is parked.
 * Find out; then discard it, or admit it and redrive.
 */
export class EventTooOldError extends OutboxError {
  readonly code = 'EVENT_TOO_OLD';
  readonly retryable = false;
}

/** A handler took longer than `handlerTimeoutMs`. Its transaction was rolled back; its signal was aborted. */
export class HandlerTimeoutError extends OutboxError {
  readonly code = 'HANDLER_TIMEOUT';
  readonly retryable = true;
}

/** The process ended again and again while a message was handled, and left no other error. Its key is parked. */
export class HandlerCrashedError extends OutboxError {
  readonly code = 'HANDLER_CRASHED';
  readonly retryable = false;
}

/** A handler used its `tx` after it had returned, or after its transaction was given up. */
export class HandlerTransactionClosedError extends OutboxError {
  readonly code = 'HANDLER_TRANSACTION_CLOSED';
  readonly retryable = false;
}

/** A statement of a handler failed, the handler went on as if it had not, and Postgres refused to commit. */
export class HandlerTransactionFailedError extends OutboxError {
  readonly code = 'HANDLER_TRANSACTION_FAILED';
  readonly retryable = true;
}

/**
 * The group's position is not among the messages Kafka holds: they were removed before they were read, or the topic was
 * made anew. The partition stands still until the position is set by hand or the option `outOfRange` says `earliest`.
 */
export class PositionOutOfRangeError extends OutboxError {
  readonly code = 'POSITION_OUT_OF_RANGE';
  readonly retryable = false;
}

/**
 * Another transaction holds the group's position in a partition for long: another consumer's whose handler is at work, or
 * somebody's who has locked the row. The partition goes on when that transaction ends.
 */
export class PositionHeldError extends OutboxError {
  readonly code = 'POSITION_HELD';
  readonly retryable = true;
}

/** A handler tried to end its transaction, or to begin one: it is the consumer's, which commits position and effects together. */
export class HandlerTransactionControlError extends OutboxError {
  readonly code = 'HANDLER_TRANSACTION_CONTROL';
  readonly retryable = false;
}

/**
 * A message has to be parked, and another one lies parked with its key at its offset: the topic was made anew. The partition
 * stands still until the key is redriven, or discarded and redriven.
 */
export class ParkedOffsetTakenError extends OutboxError {
  readonly code = 'PARKED_OFFSET_TAKEN';
  readonly retryable = false;
}

/** Postgres did not answer a statement of the consumer in time; the connection was cut. */
export class DatabaseUnresponsiveError extends OutboxError {
  readonly code = 'DATABASE_UNRESPONSIVE';
  readonly retryable = true;
}

/** A consumer lives once: it was started again after `stop`. Make a new one. */
export class ConsumerStoppedError extends OutboxError {
  readonly code = 'CONSUMER_STOPPED';
  readonly retryable = false;
}
