import { STATUS_CODES } from 'node:http';
import type { ProblemError } from './problem-error.ts';

/** The text of a problem document (RFC 9457). */
export const problemDocument = (
  { status, code, message, errors }: Pick<ProblemError, 'status' | 'code' | 'message' | 'errors'>,
  { instance, traceId }: { readonly instance?: string | undefined; readonly traceId?: string | undefined } = {},
): string =>
  JSON.stringify({
    type: `urn:bezel:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail: message,
    instance,
    traceId,
    errors,
  });
