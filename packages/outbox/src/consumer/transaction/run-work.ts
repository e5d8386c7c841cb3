import type { Pool, PoolClient } from 'pg';
import type { TopicPartition } from '../../subscriber/index.ts';
import {
  FAILPOINTS,
  type Failpoint,
  type FailpointSubjects,
  failpointsArmed,
  hitFailpoint,
} from '../../testing/failpoints.ts';
import { DatabaseUnresponsiveError, HandlerTimeoutError, HandlerTransactionFailedError } from '../errors.ts';
import type { HandlerCaller } from '../message/call-handler.ts';
import { type PlacedEvent, toCalls } from '../message/calls.ts';
import { type LentTransaction, lendTransaction } from './handler-transaction.ts';
import { type BatchOutcome, judgeCommitError, judgeHandlerError, judgeOwnError, saysOverdue } from './outcome.ts';
import type { Statements } from './statements.ts';

/** What one transaction does before its handlers run: it decides which run, and writes down what is true if they succeed. */
export interface Work {
  readonly partition: TopicPartition;
  /** The messages it is about, for failpoints. */
  readonly about: FailpointSubjects;
  begin(client: PoolClient): Promise<Begun>;
}

export type Begun =
  /** Nothing is to be done, or nothing can be. */
  | { readonly kind: 'ended'; readonly outcome: BatchOutcome }
  | {
      readonly kind: 'handle';
      /** In order. */
      readonly events: readonly PlacedEvent[];
      readonly outcome: BatchOutcome & { readonly kind: 'committed' };
    };

export interface RunnerDependencies {
  readonly pool: Pool;
  readonly statements: Pick<Statements, 'begin'>;
  readonly handlerTimeoutMs: number;
  readonly call: HandlerCaller;
}

export type WorkRunner = (work: Work, signal: AbortSignal) => Promise<BatchOutcome>;

/** A statement of the consumer's own takes milliseconds; after this it is taken for lost. */
const ANSWER_WITHIN_MS = 15_000;

/**
 * Does work in one transaction: its own statements first (for a batch: position and inbox), the handlers of its events in
 * order, COMMIT. Never rejects. When the outcome of a COMMIT is unknown it says `unavailable`, and the next try tells: a
 * batch finds the position moved if it did commit, a redrive finds nothing parked.
 */
export function createWorkRunner(dependencies: RunnerDependencies): WorkRunner {
  return async (work, signal) => {
    let client: PoolClient;
    try {
      client = await dependencies.pool.connect();
    } catch (error) {
      return judgeOwnError(error);
    }
    const stop = new AbortController();
    let broken: Error | undefined;
    const onError = (error: Error): void => {
      broken ??= error;
      stop.abort(error);
    };
    const onAbort = (): void => stop.abort(signal.reason);
    client.on('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
    let reusable = false;
    try {
      const ended = signal.aborted
        ? { outcome: { kind: 'abandoned' } as const, reusable: true }
        : await inTransaction(dependencies, client, work, stop.signal);
      reusable = ended.reusable && broken === undefined;
      const told = broken === undefined || ended.outcome.kind === 'committed' || saysOverdue(ended.outcome);
      return told ? ended.outcome : judgeOwnError(broken);
    } finally {
      signal.removeEventListener('abort', onAbort);
      if (reusable) {
        client.off('error', onError);
      }
      client.release(!reusable);
    }
  };
}

interface Ended {
  readonly outcome: BatchOutcome;
  /** False when the connection may still be busy with what a handler began, or be broken. */
  readonly reusable: boolean;
}

async function inTransaction(
  { statements, handlerTimeoutMs, call: callHandler }: RunnerDependencies,
  client: PoolClient,
  work: Work,
  signal: AbortSignal,
): Promise<Ended> {
  const failpoint = (name: Failpoint): Promise<void> => failpointOf(work, name);
  let begun: Begun;
  try {
    await failpoint(FAILPOINTS.consumerClaiming);
    await answered(client.query(statements.begin));
    begun = await answered(work.begin(client));
    await failpoint(FAILPOINTS.consumerClaimed);
  } catch (error) {
    return rolledBack(client, judgeOwnError(error));
  }
  if (begun.kind === 'ended') {
    return rolledBack(client, begun.outcome);
  }

  const giveUp = new AbortController();
  const interrupted = Promise.withResolvers<never>();
  interrupted.promise.catch(() => {});
  let lent: LentTransaction | undefined;
  const interrupt = (reason: unknown): void => {
    lent?.close();
    interrupted.reject(reason);
    giveUp.abort(reason);
  };
  const onAbort = (): void => interrupt(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = setTimeout(() => {
    interrupt(new HandlerTimeoutError(`a handler took longer than ${handlerTimeoutMs} ms`));
  }, handlerTimeoutMs);
  try {
    for (const call of toCalls(begun.events)) {
      if (signal.aborted) {
        break;
      }
      timer.refresh();
      lent = lendTransaction(client);
      let atFault: number | null = null;
      const blame = (place: number | null): void => {
        atFault = place;
      };
      try {
        await Promise.race([
          callHandler(work.partition, call, { tx: lent.tx, signal: giveUp.signal }, blame),
          interrupted.promise,
        ]);
      } catch (error) {
        lent.close();
        if (signal.aborted) {
          return { outcome: { kind: 'abandoned' }, reusable: false };
        }
        const outcome = judgeHandlerError(error, atFault);
        return giveUp.signal.aborted ? { outcome, reusable: false } : await rolledBack(client, outcome);
      }
      lent.close();
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
  if (signal.aborted) {
    return rolledBack(client, { kind: 'abandoned' });
  }

  try {
    await failpoint(FAILPOINTS.consumerHandled);
    const { command } = await answered(client.query('COMMIT'));
    if (command !== 'COMMIT') {
      // Postgres answers COMMIT of a failed transaction with ROLLBACK, and no error.
      const error = new HandlerTransactionFailedError('a statement failed, its handler went on: nothing was committed');
      return { outcome: { kind: 'failed', at: null, error }, reusable: true };
    }
    await failpoint(FAILPOINTS.consumerCommitted);
  } catch (error) {
    return rolledBack(client, judgeCommitError(error));
  }
  return { outcome: begun.outcome, reusable: true };
}

async function failpointOf({ about }: Work, name: Failpoint): Promise<void> {
  if (failpointsArmed()) {
    await hitFailpoint(name, about);
  }
}

async function rolledBack(client: PoolClient, outcome: BatchOutcome): Promise<Ended> {
  try {
    await answered(client.query('ROLLBACK'));
    return { outcome, reusable: true };
  } catch {
    return { outcome, reusable: false };
  }
}

/** A connection can die without a word. */
async function answered<T>(answer: Promise<T>): Promise<T> {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => silence.reject(new DatabaseUnresponsiveError(`Postgres gave no answer within ${ANSWER_WITHIN_MS} ms`)),
    ANSWER_WITHIN_MS,
  );
  answer.catch(() => {});
  try {
    return await Promise.race([answer, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}
