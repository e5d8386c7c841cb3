import { OutboxError } from '../errors/outbox-error.ts';

/** Two `OutboxModule`s of one application have the same name. Give each database, or each consumer group, its own. */
export class OutboxNameTakenError extends OutboxError {
  readonly code = 'OUTBOX_NAME_TAKEN';
  readonly retryable = false;
}

/** Something names an outbox, and no `OutboxModule` of the application has that name. */
export class OutboxUnknownError extends OutboxError {
  readonly code = 'OUTBOX_UNKNOWN';
  readonly retryable = false;
}

/**
 * Something needs a part that an `OutboxModule` was given no options for: handlers without `consumer`, or the health of a
 * relay or a consumer that is not run here.
 */
export class OutboxPartMissingError extends OutboxError {
  readonly code = 'OUTBOX_PART_MISSING';
  readonly retryable = false;
}

/** Two methods of an application are decorated for the same event of the same outbox. An event has one handler in a group. */
export class EventHandlerDuplicateError extends OutboxError {
  readonly code = 'EVENT_HANDLER_DUPLICATE';
  readonly retryable = false;
}

/** A handler belongs to a provider that is made for each request, or for each that injects it. An event has no request. */
export class EventHandlerScopedError extends OutboxError {
  readonly code = 'EVENT_HANDLER_SCOPED';
  readonly retryable = false;
}
