import { OutboxError } from './outbox-error.ts';

/** The data does not fit the event's schema, has no key, or cannot be written as JSON. */
export class EventInvalidError extends OutboxError {
  readonly code = 'EVENT_INVALID';
  readonly retryable = false;
}

/** The message would be larger than the limit (`maxMessageBytes`). Brokers refuse such a message for good. */
export class MessageTooLargeError extends OutboxError {
  readonly code = 'MESSAGE_TOO_LARGE';
  readonly retryable = false;
}

/** `write` was given something that is not inside a transaction, so the message could part from its fact. */
export class TransactionMissingError extends OutboxError {
  readonly code = 'TRANSACTION_MISSING';
  readonly retryable = false;
}

/** `nudge` needs a connection of its own, and `createOutbox` was given none. */
export class NudgeUnavailableError extends OutboxError {
  readonly code = 'NUDGE_UNAVAILABLE';
  readonly retryable = false;
}
