import { ProblemError } from './problem-error.ts';

/** Seconds after which a client should try again: long enough for a restart, short enough not to be noticed much. */
const RETRY_AFTER = '2';

const unavailable = (code: string, detail: string, cause: unknown) =>
  new ProblemError({ status: 503, code, detail, headers: { 'retry-after': RETRY_AFTER }, cause });

/** SQLSTATE classes and codes that say "not now", against those that say "not like this" (which are our faults). */
const AWAY = /^(08...|57P0[1-5]|53...|58...|25006)$/;
const BUSY = /^(40001|40P01|55P03|57014|25P03|25P04)$/;
const UNSTORABLE_TEXT = /^(22021|22P05)$/;

/** Messages of `pg` itself, which come without a code. */
const POOL_SAYS_AWAY =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Cannot use a pool after calling end)/;

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);

/**
 * Reads an error of the database driver: away or busy becomes a 503 with `Retry-After`, text Postgres cannot hold a
 * 400, anything else undefined.
 */
export function databaseProblem(error: unknown): ProblemError | undefined {
  // By shape, not by class: an error may come from another realm or another copy of the driver.
  if (typeof error !== 'object' || error === null) {
    return undefined;
  }
  const { code, message, errors } = error as { code?: unknown; message?: unknown; errors?: unknown };
  if (Array.isArray(errors) && errors.length > 0) {
    return databaseProblem(errors[0]);
  }
  if (typeof code === 'string') {
    if (AWAY.test(code) || NETWORK.has(code)) {
      return unavailable('database_unavailable', 'the database cannot be reached right now; try again', error);
    }
    if (BUSY.test(code)) {
      return unavailable('database_busy', 'the database is too busy right now; try again', error);
    }
    if (UNSTORABLE_TEXT.test(code)) {
      const detail = 'a text holds a character that cannot be stored, such as U+0000';
      return new ProblemError({ status: 400, code: 'invalid_request', detail, cause: error });
    }
  }
  return typeof message === 'string' && POOL_SAYS_AWAY.test(message)
    ? unavailable('database_unavailable', 'the database cannot be reached right now; try again', error)
    : undefined;
}

/** 503: the keys of the identity provider cannot be had. */
export const identityUnavailable = (cause: unknown): ProblemError =>
  unavailable('identity_unavailable', 'the identity provider cannot be reached to check the token; try again', cause);
