/** What went wrong, in one line, and the code by which programs know it; null without one. */
export interface Failure {
  readonly message: string;
  readonly code: string | null;
}

/** A refused connection is an AggregateError without a message of its own when a name has several addresses. */
export function failureOf(error: unknown): Failure {
  const first = error instanceof AggregateError && error.message === '' ? error.errors[0] : error;
  const { message = String(first), code } = (first ?? {}) as { message?: string; code?: unknown };
  return { message: message.replaceAll(/\s*\n\s*/g, ' '), code: typeof code === 'string' ? code : null };
}
