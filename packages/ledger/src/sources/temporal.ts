import { setTimeout as delay } from 'node:timers/promises';
import { Connection, defaultGrpcRetryOptions, isGrpcServiceError, ServiceError } from '@temporalio/client';
import { SourceUnavailableError } from './connection.ts';

/** Temporal answers a question in far less, or not at all. */
const ANSWERED_WITHIN_MS = 30_000;

/** A connection to Temporal on which questions are asked. Disposing of it ends those under way. */
interface TemporalSource extends AsyncDisposable {
  readonly connection: Connection;
  /**
   * Asks once, and again when Temporal is away or has too much to do, for half a minute. `question` must be one that may be
   * asked again as a whole: no step of a generator, which is over once it has thrown.
   */
  ask<T>(question: () => Promise<T>): Promise<T>;
}

/**
 * Connects to Temporal.
 *
 * The client's own retries are left out. Nothing can end one that waits for its turn: it goes on after the question was given
 * up, and on a connection that is closed by then it throws where nobody can catch it, which ends the process.
 *
 * @param signal ends questions under way; it may live on for long, since no question stays with it
 * @throws SourceUnavailableError
 */
export async function connectTemporal(address: string, signal?: AbortSignal): Promise<TemporalSource> {
  const connection = Connection.lazy({ address, interceptors: [] });
  try {
    await connection.ensureConnected();
  } catch (error) {
    await connection.close(); // or it goes on trying, for half an hour
    throw new SourceUnavailableError('temporal', `Temporal (${address})`, error);
  }
  const closing = new AbortController();
  const { retryableDecider, delayFunction } = defaultGrpcRetryOptions();

  async function askUntil<T>(question: () => Promise<T>, deadline: number, ending: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await connection.withDeadline(deadline, () => connection.withAbortSignal(ending, question));
      } catch (error) {
        const refusal = refusalIn(error);
        if (refusal === null || !retryableDecider(attempt, refusal)) throw error;
        const waitMs = delayFunction(attempt, refusal);
        if (ending.aborted || Date.now() + waitMs >= deadline) throw error;
        await delay(waitMs, undefined, { signal: ending }).catch(() => {});
        ending.throwIfAborted();
      }
    }
  }

  return {
    connection,
    async ask(question) {
      // The client keeps the signal it is given, and the call with it: each question has one of its own, which goes with it.
      const ending = new AbortController();
      const enders = [closing.signal, ...(signal === undefined ? [] : [signal])];
      const ends = enders.map((ender) => {
        const end = (): void => ending.abort(ender.reason);
        ender.throwIfAborted();
        ender.addEventListener('abort', end, { once: true });
        return () => ender.removeEventListener('abort', end);
      });
      try {
        return await askUntil(question, Date.now() + ANSWERED_WITHIN_MS, ending.signal);
      } finally {
        for (const leave of ends) leave();
      }
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new Error('the connection to Temporal is closed'));
      await connection.close();
    },
  };
}

/** What the server or the way to it said; null when the error is of something else. */
function refusalIn(error: unknown) {
  const said = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(said) ? said : null;
}
