import { protocolErrorsCodesById } from '@platformatic/kafka';
import { asError } from '../../errors/as-error.ts';
import { kindOfCode, mayBeWritten } from '../../publisher/error-codes.ts';
import type { PublishFailure } from '../../publisher/publisher.ts';

/** A code of Kafka's protocol as the answer for the messages it concerns. */
export function refusedWith(code: number, what: string, detail: string | null = null): PublishFailure {
  const name = protocolErrorsCodesById[code] ?? 'an unknown error';
  const error = new Error(`${what}: Kafka answered ${name} (${code})${detail === null ? '' : `: ${detail}`}`);
  return { ok: false, kind: kindOfCode(code), mayBeWritten: mayBeWritten(code), error };
}

/** No answer came, so nobody knows what was written. */
export function unanswered(error: unknown): PublishFailure {
  return { ok: false, kind: 'brokers', mayBeWritten: true, error: asError(error) };
}
