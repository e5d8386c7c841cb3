import { OutboxError } from './outbox-error.ts';

/** Retention is not in the state the call needs, for example started twice. */
export class RetentionStateError extends OutboxError {
  readonly code = 'RETENTION_STATE';
  readonly retryable = false;
}
