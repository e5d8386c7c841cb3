import { isGrpcServiceError, ServiceError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { PayloadDamagedError, PayloadKeyUnknownError } from '../codec/index.ts';

/** Temporal, or every worker that could answer a query, is away. Nothing is known about the call: try again. */
export class TemporalUnavailableError extends Error {
  override readonly name = 'TemporalUnavailableError';
  readonly code = 'TEMPORAL_UNAVAILABLE';
  readonly retryable = true;
}

/** Temporal refuses this call as it is (an argument too large): trying again is no use. */
export class TemporalCallRefusedError extends Error {
  override readonly name = 'TemporalCallRefusedError';
  readonly code = 'TEMPORAL_CALL_REFUSED';
  readonly retryable = false;
}

/** Temporal answers and refuses every order: no such namespace, no search attributes, no rights. Once mended, try again. */
export class TemporalNotPreparedError extends Error {
  override readonly name = 'TemporalNotPreparedError';
  readonly code = 'TEMPORAL_NOT_PREPARED';
  readonly retryable = true;
}

// gRPC: CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, INTERNAL, UNAVAILABLE.
const PASSING = new Set([1, 2, 4, 8, 10, 13, 14]);
// NOT_FOUND (a missing workflow never comes here), PERMISSION_DENIED, FAILED_PRECONDITION, UNIMPLEMENTED, UNAUTHENTICATED.
const NOT_PREPARED = new Set([5, 7, 9, 12, 16]);
// INVALID_ARGUMENT, said of any order when the namespace does not know a search attribute.
const UNMAPPED = /search attribute/i;

/** What a failed call to Temporal means for whoever made it. `what` names the call and the order. */
export function callError(what: string, error: unknown): Error {
  // Temporal answered; what it answered cannot be read here.
  if (error instanceof PayloadKeyUnknownError || error instanceof PayloadDamagedError) return error;
  const cause = error instanceof ServiceError ? error.cause : error;
  const code = isGrpcServiceError(cause) ? cause.code : undefined;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (error instanceof NamespaceNotFoundError || NOT_PREPARED.has(code ?? 0) || UNMAPPED.test(message)) {
    return new TemporalNotPreparedError(`${what}: Temporal is not prepared for orders (${message})`, { cause: error });
  }
  // Without a gRPC code the connection itself failed: not even a refusal came back.
  return code === undefined || PASSING.has(code)
    ? new TemporalUnavailableError(`${what}: Temporal does not answer (${message}); try again`, { cause: error })
    : new TemporalCallRefusedError(`${what}: Temporal refuses the call (${message})`, { cause: error });
}
