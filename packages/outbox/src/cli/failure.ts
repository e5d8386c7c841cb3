/** What went wrong, in one line, and the code by which programs know it; null without one. */
export interface Failure {
  readonly message: string;
  readonly code: string | null;
}

/** A refused connection is an AggregateError without a message of its own when a name has several addresses. */
export function failureOf(error: unknown): Failure {
  const first = error instanceof AggregateError && error.message === '' ? error.errors[0] : error;
  const { message = String(first), code } = (first ?? {}) as { message?: string; code?: unknown };
  return { message, code: typeof code === 'string' ? code : null };
}

/** A server did not take the connection. It says which server, which errors of sockets and clients do not always. */
export class ConnectionError extends Error {
  readonly code: string;

  constructor(server: string, cause: unknown) {
    const { message, code } = failureOf(cause);
    super(`${server}: ${message}${hintOf(code, message)}`, { cause });
    this.name = 'ConnectionError';
    this.code = code ?? 'CONNECTION_FAILED';
  }
}

/** What OpenSSL says of a certificate that nobody it knows has signed. */
const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function hintOf(code: string | null, message: string): string {
  if (code !== null && UNKNOWN_AUTHORITY.has(code)) {
    return '; name the authority that signed it: sslrootcert or PGSSLROOTCERT for Postgres, KAFKA_TLS_CA for Kafka';
  }
  return /no encryption$/.test(message) ? '; it wants TLS: sslmode=require, or better' : '';
}
