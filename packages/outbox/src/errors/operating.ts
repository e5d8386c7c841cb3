import { OutboxError } from './outbox-error.ts';

/** A sequence must be raised, and a transaction that has drawn from it is open. Stop the writers, or wait for them. */
export class SequenceBusyError extends OutboxError {
  readonly code = 'SEQUENCE_BUSY';
  readonly retryable = true;
}

/** There are more messages in the range than can be compared at once. Choose fewer. */
export class RangeTooLargeError extends OutboxError {
  readonly code = 'RANGE_TOO_LARGE';
  readonly retryable = false;
}

/** A topic was not read to its end, because nothing came from the brokers for too long. */
export class TopicUnreadableError extends OutboxError {
  readonly code = 'TOPIC_UNREADABLE';
  readonly retryable = true;
}
