import type { Pool, PoolClient } from 'pg';
import type { TopicPartition } from '../../subscriber/index.ts';
import { FAILPOINTS, type Failpoint, failpointsArmed, hitFailpoint } from '../../testing/failpoints.ts';
import { DatabaseUnresponsiveError, HandlerTimeoutError, HandlerTransactionFailedError } from '../errors.ts';
import type { RoutedMessage } from '../message/route.ts';
import type { HandlerTransaction } from '../on.ts';
import { type Batch, type Claim, claimBatch } from './claim.ts';
import { type LentTransaction, lendTransaction } from './handler-transaction.ts';
import { type BatchOutcome, judgeCommitError, judgeHandlerError, judgeOwnError } from './outcome.ts';
import type { Statements } from './statements.ts';

export interface BatchDependencies {
  readonly pool: Pool;
  readonly statements: Statements;
  readonly groupId: string;
  readonly handlerTimeoutMs: number;
  readonly handle: (
    partition: TopicPartition,
    message: RoutedMessage & { kind: 'handle' },
    context: { tx: HandlerTransaction; signal: AbortSignal },
  ) => Promise<void>;
}

export type BatchRunner = (batch: Batch, signal: AbortSignal) => Promise<BatchOutcome>;

/** A statement of the consumer's own takes milliseconds; after this it is taken for lost. */
const ANSWER_WITHIN_MS = 15_000;

/**
 * Handles a batch in one transaction: claim (position and inbox), the handlers of the fresh messages in order, COMMIT.
 * Never rejects. When the outcome of a COMMIT is unknown it says `unavailable`, and the next claim tells: it finds the
 * position moved if it did commit.
 */
export function createBatchRunner(dependencies: BatchDependencies): BatchRunner {
  return async (batch, signal) => {
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
        : await inTransaction(dependencies, client, batch, stop.signal);
      reusable = ended.reusable && broken === undefined;
      return broken === undefined || ended.outcome.kind === 'committed' ? ended.outcome : judgeOwnError(broken);
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
  { statements, groupId, handlerTimeoutMs, handle }: BatchDependencies,
  client: PoolClient,
  batch: Batch,
  signal: AbortSignal,
): Promise<Ended> {
  const { partition, messages } = batch;
  const events = messages.filter((message) => message.kind === 'handle');
  const places = messages.flatMap(({ kind }, place) => (kind === 'handle' ? [place] : []));

  let claim: Claim;
  try {
    await failpoint(FAILPOINTS.consumerClaiming);
    await answered(client.query(statements.begin));
    const envelopes = events.map(({ envelope }) => envelope);
    claim = await answered(claimBatch(client, statements, groupId, batch, envelopes));
    await failpoint(FAILPOINTS.consumerClaimed);
  } catch (error) {
    return rolledBack(client, judgeOwnError(error));
  }
  if (!claim.moved) {
    return rolledBack(client, { kind: 'moved', position: claim.position });
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
    for (const place of claim.fresh) {
      const message = events[place];
      if (message === undefined || signal.aborted) {
        break;
      }
      timer.refresh();
      lent = lendTransaction(client);
      try {
        await Promise.race([handle(partition, message, { tx: lent.tx, signal: giveUp.signal }), interrupted.promise]);
      } catch (error) {
        lent.close();
        if (signal.aborted) {
          return { outcome: { kind: 'abandoned' }, reusable: false };
        }
        const outcome = judgeHandlerError(error, places[place] ?? 0);
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
  const handled = claim.fresh.length;
  return { outcome: { kind: 'committed', handled, duplicates: events.length - handled }, reusable: true };
}

async function failpoint(name: Failpoint): Promise<void> {
  if (failpointsArmed()) {
    await hitFailpoint(name);
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
