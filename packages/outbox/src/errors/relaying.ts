import { OutboxError } from './outbox-error.ts';

/** The schema is missing or older than this package. Run `migrate`. */
export class SchemaOutdatedError extends OutboxError {
  readonly code = 'SCHEMA_OUTDATED';
  readonly retryable = false;
}

/** A sequence has settings with which a missing number proves nothing (`CACHE` or `INCREMENT` other than 1, `CYCLE`). */
export class SequenceUnsafeError extends OutboxError {
  readonly code = 'SEQUENCE_UNSAFE';
  readonly retryable = false;
}

/** The server is a standby: what it shows may lie behind what was published. It may be promoted, so try again. */
export class ServerReadOnlyError extends OutboxError {
  readonly code = 'SERVER_READ_ONLY';
  readonly retryable = true;
}

/** The database was moved to another cluster. Its sequences and checkpoints must be verified before a relay may run. */
export class ClusterChangedError extends OutboxError {
  readonly code = 'CLUSTER_CHANGED';
  readonly retryable = false;
}

/** The login lacks a right without which it would see too little. Run `migrate` with `grantTo`. */
export class GrantMissingError extends OutboxError {
  readonly code = 'GRANT_MISSING';
  readonly retryable = false;
}

/** The relay is not in the state the call needs, for example started twice. */
export class RelayStateError extends OutboxError {
  readonly code = 'RELAY_STATE';
  readonly retryable = false;
}
