import { setTimeout as delay } from 'node:timers/promises';
import { type Backoff, backoffMs } from '../../subscriber/backoff.ts';
import type { FetchedMessage, FetchedRange, Subscription, TopicPartition } from '../../subscriber/index.ts';
import type { RoutedMessage, Router } from '../message/route.ts';
import type { BatchRunner } from '../transaction/batch.ts';
import type { BatchOutcome } from '../transaction/outcome.ts';
import { afterCommit, afterFailure, type BatchSize, firstBatchSize, takeBatch } from './batch-size.ts';
import type { Slots } from './slots.ts';

/** The message a partition stands at. */
export interface FailingMessage {
  readonly offset: bigint;
  readonly id: string | null;
  readonly type: string | null;
  readonly key: string | null;
  readonly attempts: number;
  readonly error: Error;
}

export interface LaneStatus extends TopicPartition {
  readonly position: bigint;
  readonly highWatermark: bigint | null;
  readonly buffered: number;
  readonly failing: FailingMessage | null;
}

/** One owned partition on its way through the database. */
export interface Lane {
  readonly partition: TopicPartition;
  receive(range: FetchedRange): void;
  /** The partition was assigned again, and the subscriber has forgotten where it was: behind what is buffered. */
  readOn(): void;
  /** Counts how often the position moved. */
  readonly moves: number;
  /** Goes where the database says, unless the lane is at work or has moved since `moves` was read. */
  compare(position: bigint | undefined, moves: number): void;
  status(): LaneStatus;
  /** Takes no further batch. Resolves when the one in hand is done. */
  drain(): Promise<void>;
  /** Gives up the batch in hand, too. Nothing of it will be committed, unless COMMIT is already under way. */
  abandon(reason: Error): Promise<void>;
}

export interface LaneDependencies {
  readonly subscription: Pick<Subscription, 'seek' | 'pause' | 'resume'>;
  readonly route: Router;
  readonly runBatch: BatchRunner;
  readonly slots: Slots;
  readonly maxBatchSize: number;
  readonly retry: Backoff;
  /** The row of the position is gone: only the consumer knows how to begin anew. */
  readonly positionLost: () => void;
  readonly observer: LaneObserver;
}

export interface LaneObserver {
  committed(batch: { messages: readonly RoutedMessage[]; handled: number; duplicates: number; tookMs: number }): void;
  failed(failing: FailingMessage, retryInMs: number): void;
  databaseFailed(error: Error): void;
}

/** A lane asks for more below the lower bound, and for no more above the upper one. Messages, and bytes of values. */
const MESSAGES = { low: 500, high: 2_000 };
const BYTES = { low: 512 * 1024, high: 2 * 1024 * 1024 };
const DATABASE_RETRY: Backoff = { firstMs: 50, maxMs: 5_000 };
const CONTENDED_RETRY: Backoff = { firstMs: 10, maxMs: 500 };

/**
 * Works through one partition, batch after batch, in order. It moves on only when a batch has committed; a message that
 * fails is tried again and again, and what is behind it waits, while other lanes go on.
 */
export function openLane(partition: TopicPartition, start: bigint, dependencies: LaneDependencies): Lane {
  const { subscription, route, runBatch, slots, maxBatchSize, retry, observer } = dependencies;
  const draining = new AbortController();
  const abandoned = new AbortController();
  let working = false;
  let position = start;
  let readFrom = start;
  let moves = 0;
  let buffered: FetchedMessage[] = [];
  let bufferedBytes = 0;
  let paused = false;
  let highWatermark: bigint | null = null;
  let batchSize: BatchSize = firstBatchSize(maxBatchSize);
  let failing: (FailingMessage & { notBefore: number }) | null = null;
  let troubles = 0;
  let arrival = Promise.withResolvers<void>();

  const wake = (): void => {
    arrival.resolve();
    arrival = Promise.withResolvers();
  };

  const restart = (at: bigint): void => {
    position = at;
    readFrom = at;
    moves += 1;
    buffered = [];
    bufferedBytes = 0;
    paused = false;
    failing = null;
    batchSize = { ...batchSize, suspect: null };
    subscription.seek(partition, at);
  };

  const advance = (count: number, next: bigint): void => {
    for (const message of buffered.slice(0, count)) {
      bufferedBytes -= sizeOf(message);
    }
    buffered = buffered.slice(count);
    position = next;
    moves += 1;
    if (paused && buffered.length <= MESSAGES.low && bufferedBytes <= BYTES.low) {
      paused = false;
      subscription.resume(partition);
    }
  };

  /** The next batch, or the fault at its head. */
  const nextBatch = (): { messages: RoutedMessage[]; fault: Extract<RoutedMessage, { kind: 'fault' }> | null } => {
    const routed = buffered.slice(0, takeBatch(batchSize, buffered)).map((message) => route(partition, message));
    const fault = routed.findIndex(({ kind }) => kind === 'fault');
    const head = routed[0];
    if (head?.kind === 'fault') {
      return { messages: [], fault: head };
    }
    return { messages: fault === -1 ? routed : routed.slice(0, fault), fault: null };
  };

  const fail = (message: RoutedMessage, error: Error): void => {
    const { offset, key } = message.message;
    const attempts = (failing?.offset === offset ? failing.attempts : 0) + 1;
    const waitMs = backoffMs(attempts, retry);
    const envelope = message.kind === 'skip' ? null : message.envelope;
    failing = {
      offset,
      id: envelope?.id ?? null,
      type: envelope?.type ?? null,
      key: key?.toString('utf8') ?? null,
      attempts,
      error,
      notBefore: performance.now() + waitMs,
    };
    observer.failed(failing, waitMs);
  };

  /** What the outcome means for the lane. Answers how long to wait before the next batch. */
  const settle = (outcome: BatchOutcome, messages: readonly RoutedMessage[], next: bigint, tookMs: number): number => {
    switch (outcome.kind) {
      case 'committed':
        troubles = 0;
        batchSize = afterCommit(batchSize, { size: messages.length, tookMs, next, max: maxBatchSize });
        if (failing !== null && failing.offset < next) {
          failing = null;
        }
        advance(messages.length, next);
        observer.committed({ messages, handled: outcome.handled, duplicates: outcome.duplicates, tookMs });
        return 0;
      case 'failed': {
        troubles = 0;
        batchSize = afterFailure(batchSize, { offsets: messages.map(({ message }) => message.offset), at: outcome.at });
        const culprit = messages[outcome.at ?? (messages.length === 1 ? 0 : -1)];
        if (culprit !== undefined) {
          fail(culprit, outcome.error);
        }
        return 0;
      }
      case 'moved':
        troubles = 0;
        if (outcome.position === null) {
          dependencies.positionLost();
        } else {
          restart(outcome.position);
        }
        return 0;
      case 'contended':
        troubles += 1;
        return backoffMs(troubles, CONTENDED_RETRY);
      case 'unavailable':
        troubles += 1;
        observer.databaseFailed(outcome.error);
        return backoffMs(troubles, DATABASE_RETRY);
      case 'abandoned':
        return 0;
    }
  };

  const step = async (): Promise<void> => {
    const head = buffered[0];
    if (head === undefined) {
      await arrival.promise;
      return;
    }
    const holdMs = failing !== null && failing.offset === head.offset ? failing.notBefore - performance.now() : 0;
    if (holdMs > 0) {
      await Promise.race([delay(holdMs, undefined, { signal: draining.signal }).catch(() => {}), arrival.promise]);
      return;
    }
    const giveBack = await slots.take(draining.signal);
    if (giveBack === undefined) {
      return;
    }
    let waitMs = 0;
    try {
      // Taken only now: while it waited for a slot the lane may have been sent elsewhere.
      const { messages, fault } = nextBatch();
      const last = messages.at(-1);
      if (fault !== null) {
        fail(fault, fault.error);
      } else if (last !== undefined) {
        const next = last.message.offset + 1n;
        const began = performance.now();
        working = true;
        const outcome = await runBatch({ partition, position, next, messages }, abandoned.signal);
        waitMs = settle(outcome, messages, next, performance.now() - began);
      }
    } finally {
      working = false;
      giveBack();
    }
    if (waitMs > 0) {
      await delay(waitMs, undefined, { signal: draining.signal }).catch(() => {});
    }
  };

  const run = async (): Promise<void> => {
    while (!draining.signal.aborted) {
      await step();
    }
  };

  subscription.seek(partition, start);
  const running = run();

  return {
    partition,
    get moves() {
      return moves;
    },
    receive(range) {
      // Anything but the very next range would leave a hole: the subscriber was sent elsewhere meanwhile.
      if (range.from !== readFrom || draining.signal.aborted) {
        return;
      }
      readFrom = range.next;
      highWatermark = range.highWatermark;
      for (const message of range.messages) {
        buffered.push(message);
        bufferedBytes += sizeOf(message);
      }
      if (!paused && (buffered.length >= MESSAGES.high || bufferedBytes >= BYTES.high)) {
        paused = true;
        subscription.pause(partition);
      }
      wake();
    },
    readOn() {
      subscription.seek(partition, readFrom);
      if (paused) {
        subscription.pause(partition);
      }
    },
    compare(found, movesThen) {
      if (working || moves !== movesThen || draining.signal.aborted) {
        return;
      }
      if (found === undefined) {
        dependencies.positionLost();
      } else if (found !== position) {
        restart(found);
        wake();
      }
    },
    status: () => ({ ...partition, position, highWatermark, buffered: buffered.length, failing }),
    async drain() {
      draining.abort();
      wake();
      await running;
    },
    async abandon(reason) {
      abandoned.abort(reason);
      draining.abort(reason);
      wake();
      await running;
    },
  };
}

const sizeOf = ({ key, value }: FetchedMessage): number => (key?.length ?? 0) + (value?.length ?? 0) + 200;
