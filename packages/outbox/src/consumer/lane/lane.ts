import { setTimeout as delay } from 'node:timers/promises';
import { type Backoff, backoffMs } from '../../subscriber/backoff.ts';
import type { FetchedMessage, FetchedRange, Subscription, TopicPartition } from '../../subscriber/index.ts';
import type { FaultyMessage, RoutedMessage, Router } from '../message/route.ts';
import { CRASHES } from '../parking/doubt.ts';
import type { ParkReason } from '../parking/stored-message.ts';
import type { Batch } from '../transaction/claim.ts';
import type { BatchOutcome } from '../transaction/outcome.ts';
import type { Position } from '../transaction/positions.ts';
import { afterCommit, afterFailure, type BatchSize, firstBatchSize, takeBatch } from './batch-size.ts';
import { crashed, describe, type FailingMessage, failAgain, type PolicyOf } from './failing.ts';
import { openRedriving, type RedrivingDependencies } from './redriving.ts';
import type { Slots } from './slots.ts';

export interface LaneStatus extends TopicPartition {
  readonly position: bigint;
  readonly highWatermark: bigint | null;
  readonly buffered: number;
  readonly failing: FailingMessage | null;
  /** Whether all that is known to be there is done. */
  readonly caughtUp: boolean;
  /** As of the latest look. */
  readonly parkedKeys: number;
}

/** One owned partition on its way through the database. */
export interface Lane {
  readonly partition: TopicPartition;
  receive(range: FetchedRange): void;
  /** The partition was assigned again, and the subscriber has forgotten where it was: behind what is buffered. */
  readOn(): void;
  /** Counts how often the position moved. */
  readonly moves: number;
  /** Hears what is parked, and goes where the database says, unless it is at work or has moved since `moves` was read. */
  compare(position: Position | undefined, moves: number): void;
  status(): LaneStatus;
  /** Takes no further batch. Resolves when the one in hand is done. */
  drain(): Promise<void>;
  /** Gives up the batch in hand, too. Nothing of it will be committed, unless COMMIT is already under way. */
  abandon(reason: Error): Promise<void>;
}

/** Works a batch through the database. Never rejects. */
export type BatchRunner = (batch: Batch, signal: AbortSignal) => Promise<BatchOutcome>;

/** Where a lane begins. Messages before `doubtUntil` may have killed the consumer that had the partition before. */
export interface LaneStart extends Position {
  /** The end of the partition when it was opened. */
  readonly end: bigint;
  readonly doubtUntil: bigint;
}

export interface LaneDependencies extends Pick<RedrivingDependencies, 'redrive' | 'refuse' | 'doubt'> {
  readonly subscription: Pick<Subscription, 'seek' | 'pause' | 'resume'>;
  readonly route: Router;
  readonly runBatch: BatchRunner;
  readonly slots: Slots;
  readonly maxBatchSize: number;
  readonly policyOf: PolicyOf;
  /** The row of the position is gone: only the consumer knows how to begin anew. */
  readonly positionLost: () => void;
  readonly observer: LaneObserver;
}

export interface CommittedBatch {
  readonly messages: readonly RoutedMessage[];
  readonly handled: number;
  readonly duplicates: number;
  readonly parked: number;
  readonly tookMs: number;
}

export interface LaneObserver {
  committed(batch: CommittedBatch): void;
  failed(failing: FailingMessage): void;
  /** The message's key is parked, with it; or it stays so, since it failed in a redrive. */
  parked(failing: FailingMessage): void;
  /** So many messages left the parking. */
  redriven(messages: number): void;
  databaseFailed(error: Error): void;
}

/** A lane asks for more below the lower bound, and for no more above the upper one. Messages, and bytes of values. */
const MESSAGES = { low: 500, high: 2_000 };
const BYTES = { low: 512 * 1024, high: 2 * 1024 * 1024 };
const DATABASE_RETRY: Backoff = { firstMs: 50, maxMs: 5_000 };
const CONTENDED_RETRY: Backoff = { firstMs: 10, maxMs: 500 };

/**
 * Works through one partition, batch after batch, in order. It moves on only when a batch has committed. A message that
 * fails is tried again, and what is behind it waits, until its key is parked; other lanes go on. While something is brought
 * back from the parking, batches and redrives take turns.
 */
export function openLane(partition: TopicPartition, from: LaneStart, dependencies: LaneDependencies): Lane {
  const { subscription, route, runBatch, slots, maxBatchSize, policyOf, doubt, observer } = dependencies;
  const draining = new AbortController();
  const abandoned = new AbortController();
  let working = false;
  let position = from.offset;
  let readFrom = from.offset;
  let parkedKeys = from.parkedKeys;
  let moves = 0;
  let buffered: FetchedMessage[] = [];
  let bufferedBytes = 0;
  let paused = false;
  let highWatermark: bigint | null = null;
  let batchSize: BatchSize = firstBatchSize(maxBatchSize);
  let failing: (FailingMessage & { notBefore: number }) | null = null;
  let troubles = 0;
  let redroveLast = false;
  let arrival = Promise.withResolvers<void>();
  const redriving = openRedriving(partition, from.redrive, { ...dependencies, limit: maxBatchSize });

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

  const inDoubt = (): boolean => {
    const [head] = buffered;
    return (
      head !== undefined && head.offset < from.doubtUntil && !(failing?.condemned && failing.offset === head.offset)
    );
  };

  /** The next batch, or the fault at its head. */
  const nextBatch = (): { messages: RoutedMessage[]; condemned: ParkReason | null; fault: FaultyMessage | null } => {
    const count = inDoubt() ? 1 : takeBatch(batchSize, buffered);
    const routed = buffered.slice(0, count).map((message) => route(partition, message));
    const [head] = routed;
    if (head !== undefined && failing?.condemned && failing.offset === head.message.offset) {
      return { messages: [head], condemned: failing, fault: null };
    }
    if (head?.kind === 'fault') {
      return { messages: [], condemned: null, fault: head };
    }
    const fault = routed.findIndex(({ kind }) => kind === 'fault');
    return { messages: fault === -1 ? routed : routed.slice(0, fault), condemned: null, fault: null };
  };

  const fail = (message: RoutedMessage, error: Error, alone: boolean): void => {
    const again = failAgain(failing, { message, error, alone }, policyOf);
    failing = { ...again, notBefore: performance.now() + again.waitMs };
    observer.failed(again);
  };

  /** What the outcome means for the lane. Answers how long to wait before the next batch. */
  const settle = (outcome: BatchOutcome, messages: readonly RoutedMessage[], next: bigint, tookMs: number): number => {
    switch (outcome.kind) {
      case 'committed':
        troubles = 0;
        batchSize = afterCommit(batchSize, { size: messages.length, tookMs, next, max: maxBatchSize });
        advance(messages.length, next);
        observer.committed({ ...outcome, messages, tookMs });
        if (failing !== null && failing.offset < next) {
          if (failing.condemned) {
            parkedKeys = Math.max(1, parkedKeys);
            observer.parked(failing);
          }
          failing = null;
        }
        return 0;
      case 'failed': {
        troubles = 0;
        batchSize = afterFailure(batchSize, { offsets: messages.map(({ message }) => message.offset), at: outcome.at });
        const culprit = messages[outcome.at ?? (messages.length === 1 ? 0 : -1)];
        if (culprit !== undefined) {
          fail(culprit, outcome.error, messages.length === 1);
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
        return unanswered(outcome.error);
      case 'abandoned':
        return 0;
    }
  };

  const liveWaitMs = (): number | null => {
    const [head] = buffered;
    if (head === undefined) {
      return null;
    }
    return failing !== null && failing.offset === head.offset ? failing.notBefore - performance.now() : 0;
  };

  /** Writes down that a message is tried. Whether it killed too many already: then it is condemned. */
  const hasKilled = async (message: RoutedMessage): Promise<boolean> => {
    const crashes = await doubt.tries(partition, message.message.offset);
    if (crashes < CRASHES) {
      return false;
    }
    const killer = crashed(describe(message), crashes);
    failing = { ...killer, notBefore: 0 };
    observer.failed(killer);
    return true;
  };

  const liveTurn = async (alone: boolean): Promise<number> => {
    const { messages, condemned, fault } = nextBatch();
    const last = messages.at(-1);
    if (fault !== null) {
      fail(fault, fault.error, true);
      return 0;
    }
    if (last === undefined) {
      return 0;
    }
    const next = last.message.offset + 1n;
    // What is passed over runs no handler, and cannot be at fault.
    if (inDoubt() && last.kind === 'handle' && (!alone || (await hasKilled(last)))) {
      return 0;
    }
    const began = performance.now();
    const outcome = await runBatch({ partition, position, next, messages, condemned }, abandoned.signal);
    return settle(outcome, messages, next, performance.now() - began);
  };

  const unanswered = (error: Error): number => {
    troubles += 1;
    observer.databaseFailed(error);
    return backoffMs(troubles, DATABASE_RETRY);
  };

  const step = async (): Promise<void> => {
    const live = liveWaitMs();
    const redrive = redriving.waitMs();
    const liveDue = live !== null && live <= 0;
    const redriveDue = redrive !== null && redrive <= 0;
    if (!liveDue && !redriveDue) {
      const waitMs = Math.min(live ?? Number.POSITIVE_INFINITY, redrive ?? Number.POSITIVE_INFINITY);
      const stop = new AbortController();
      const pause = Number.isFinite(waitMs) ? delay(waitMs, undefined, { signal: stop.signal }).catch(() => {}) : null;
      await Promise.race(pause === null ? [arrival.promise] : [pause, arrival.promise]);
      stop.abort();
      return;
    }
    const alone = inDoubt() || (redriveDue && redriving.suspected());
    const giveBack = await slots.take(draining.signal, alone);
    if (giveBack === undefined) {
      return;
    }
    let waitMs = 0;
    working = true;
    try {
      // What is due is taken only now: while it waited for a slot the lane may have been sent elsewhere.
      if (redriveDue && (!liveDue || !redroveLast)) {
        redroveLast = true;
        await redriving.turn(alone, abandoned.signal);
      } else {
        redroveLast = false;
        waitMs = await liveTurn(alone).catch(unanswered);
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

  subscription.seek(partition, from.offset);
  const running = run();
  let left: Promise<void> | undefined;

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
      if (found !== undefined) {
        parkedKeys = found.parkedKeys;
        if (found.redrive && redriving.want()) {
          wake();
        }
      }
      if (working || moves !== movesThen || draining.signal.aborted) {
        return;
      }
      if (found === undefined) {
        dependencies.positionLost();
      } else if (found.offset !== position) {
        restart(found.offset);
        wake();
      }
    },
    status: () => {
      const caughtUp = buffered.length === 0 && position >= (highWatermark ?? from.end);
      return { ...partition, position, highWatermark, buffered: buffered.length, failing, caughtUp, parkedKeys };
    },
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
      // When it cannot be said, the successor is in doubt for nothing.
      left ??= doubt.leave(partition).catch(() => {});
      await left;
    },
  };
}

const sizeOf = ({ key, value }: FetchedMessage): number => (key?.length ?? 0) + (value?.length ?? 0) + 200;
