import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { PayloadDamagedError, PayloadKeyUnknownError } from '../codec/index.ts';

/** Temporal, or every worker that could answer a query, is away. Nothing is known about the call: try again. */
export class TemporalUnavailableError extends Error {
  override readonly name = 'TemporalUnavailableError';
  readonly code = 'TEMPORAL_UNAVAILABLE';
  readonly retryable = true;
}

/** Temporal refuses the call as it is (a wrong namespace, missing rights, an argument too large): trying again is no use. */
export class TemporalCallRefusedError extends Error {
  override readonly name = 'TemporalCallRefusedError';
  readonly code = 'TEMPORAL_CALL_REFUSED';
  readonly retryable = false;
}

// gRPC: CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE.
const PASSING = new Set([1, 2, 4, 8, 10, 13, 14]);

/** What a failed call to Temporal means for whoever made it. `what` names the call and the order. */
export function callError(what: string, error: unknown): Error {
  // Temporal answered; what it answered cannot be read here.
  if (error instanceof PayloadKeyUnknownError || error instanceof PayloadDamagedError) return error;
  const cause = error instanceof ServiceError ? error.cause : error;
  const code = isGrpcServiceError(cause) ? cause.code : undefined;
  const message = cause instanceof Error ? cause.message : String(cause);
  const refused = error instanceof NamespaceNotFoundError || (code !== undefined && !PASSING.has(code));
  // Without a gRPC code the connection itself failed: not even a refusal came back.
  return refused
    ? new TemporalCallRefusedError(`${what}: Temporal refuses the call (${message})`, { cause: error })
    : new TemporalUnavailableError(`${what}: Temporal does not answer (${message}); try again`, { cause: error });
}
