import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { ProblemError } from './problem-error.ts';
import { databaseProblem } from './unavailable.ts';

/** Codes of the errors that express, its body parser and Nest raise by themselves. */
const CODES: Readonly<Record<number, string>> = {
  400: 'invalid_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  409: 'conflict',
  413: 'body_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  503: 'unavailable',
};

const DETAILS: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'the body is not a JSON object',
  'entity.too.large': 'the body is larger than this door takes',
  'encoding.unsupported': 'the content encoding is not supported',
  'charset.unsupported': 'the character set is not supported; send UTF-8',
  'request.aborted': 'the request ended before its body did',
};

/** Turns whatever was thrown into the problem a client gets. Only a {@link ProblemError} may speak for itself. */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) {
    return error;
  }
  if (error instanceof HttpException) {
    return fromHttpException(error);
  }
  return (
    databaseProblem(error) ??
    new ProblemError({
      status: 500,
      code: 'internal',
      detail: 'something went wrong on our side; the trace id finds it in our logs',
      cause: error,
    })
  );
}

function fromHttpException(error: HttpException): ProblemError {
  const status = error.getStatus();
  const { type: parserSays, code: zlibSays } = (error.cause ?? {}) as { type?: unknown; code?: unknown };
  const code = parserSays === 'entity.parse.failed' ? 'malformed_json' : CODES[status];
  const broken = typeof zlibSays === 'string' && /^(Z_|ERR__ERROR_)/.test(zlibSays);
  const detail = broken ? 'the compressed body cannot be unpacked' : DETAILS[String(parserSays)];
  return new ProblemError({
    status,
    code: code ?? (status < 500 ? 'invalid_request' : 'internal'),
    detail: detail ?? (status < 500 ? error.message : (STATUS_CODES[status] ?? 'Error')),
    cause: error,
  });
}
