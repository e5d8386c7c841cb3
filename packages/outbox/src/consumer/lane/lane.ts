import { type Backoff, backoffMs } from '../../subscriber/backoff.ts';
import { type FetchedRange, partitionName, type Subscription, type TopicPartition } from '../../subscriber/index.ts';
import { PositionHeldError } from '../errors.ts';
import type { FaultyMessage, RoutedMessage, Router } from '../message/route.ts';
import { CRASHES, isOver } from '../parking/doubt.ts';
import type { ParkReason } from '../parking/stored-message.ts';
import type { Batch } from '../transaction/claim.ts';
import type { BatchOutcome } from '../transaction/outcome.ts';
import type { Position } from '../transaction/positions.ts';
import { afterCommit, afterFailure, type BatchSize, firstBatchSize, takeBatch } from './batch-size.ts';
import { createBuffer } from './buffer.ts';
import { countCollision } from './collisions.ts';
import { crashed, describe, type FailingMessage, failAgain, type PolicyOf } from './failing.ts';
import type { LaneObserver } from './observer.ts';
import { openRedriving, type RedrivingDependencies } from './redriving.ts';
import type { Slots } from './slots.ts';
import { takeTurns } from './turns.ts';

export interface LaneStatus extends TopicPartition {
  readonly position: bigint;
  /** As far as all is done: behind the position when what follows it can be read by nobody, as markers of transactions. */
  readonly doneTo: bigint;
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

const DATABASE_RETRY: Backoff = { firstMs: 50, maxMs: 5_000 };
const SOON: Backoff = { firstMs: 10, maxMs: 500 };
/** An owner that another is taking over from is gone by then, some ten seconds. */
const HELD_TOLD = 25;

/**
 * Works through one partition, batch after batch, in order. It moves on only when a batch has committed. A message that
 * fails is tried again, and what is behind it waits, until its key is parked; other lanes go on. While something is brought
 * back from the parking, batches and redrives take turns.
 */
export function openLane(partition: TopicPartition, from: LaneStart, dependencies: LaneDependencies): Lane {
  const { subscription, route, runBatch, slots, maxBatchSize, policyOf, doubt, observer } = dependencies;
  const draining = new AbortController();
  const abandoned = new AbortController();
  const buffer = createBuffer(partition, from.offset, subscription);
  let position = from.offset;
  let parkedKeys = from.parkedKeys;
  let moves = 0;
  let batchSize: BatchSize = firstBatchSize(maxBatchSize);
  let failing: (FailingMessage & { notBefore: number }) | null = null;
  let troubles = 0;
  const redriving = openRedriving(partition, from.redrive, { ...dependencies, limit: maxBatchSize });

  const restart = (at: bigint): void => {
    position = at;
    moves += 1;
    failing = null;
    batchSize = { ...batchSize, suspect: null };
    buffer.restart(at);
  };

  const advance = (count: number, next: bigint): void => {
    position = next;
    moves += 1;
    buffer.drop(count);
  };

  const inDoubt = (): boolean => {
    const [head] = buffer.messages;
    return (
      head !== undefined && head.offset < from.doubtUntil && !(failing?.condemned && failing.offset === head.offset)
    );
  };

  /** The next batch, or the fault at its head. */
  const nextBatch = (): { messages: RoutedMessage[]; condemned: ParkReason | null; fault: FaultyMessage | null } => {
    const count = inDoubt() ? 1 : takeBatch(batchSize, buffer.messages);
    const routed = buffer.messages.slice(0, count).map((message) => route(partition, message));
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
        if (troubles >= HELD_TOLD) {
          observer.databaseFailed(new PositionHeldError(`${partitionName(partition)}: ${outcome.error.message}`));
        }
        return backoffMs(troubles, SOON);
      case 'collided':
        troubles += 1;
        return backoffMs(troubles, SOON);
      case 'unavailable':
        return unanswered(outcome.error);
      case 'abandoned':
        return 0;
    }
  };

  const liveWaitMs = (): number | null => {
    const [head] = buffer.messages;
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
    const suspected = inDoubt() && last.kind === 'handle';
    if (suspected && (!alone || (await hasKilled(last)))) {
      return 0;
    }
    const began = performance.now();
    const ended = await runBatch({ partition, position, next, messages, condemned }, abandoned.signal);
    if (suspected && isOver(ended)) {
      await doubt.returned(partition).catch(observer.databaseFailed);
    }
    const outcome = countCollision(ended, troubles);
    return settle(outcome, messages, next, performance.now() - began);
  };

  const unanswered = (error: Error): number => {
    troubles += 1;
    observer.databaseFailed(error);
    return backoffMs(troubles, DATABASE_RETRY);
  };

  subscription.seek(partition, from.offset);
  const turns = takeTurns(
    { waitMs: liveWaitMs, alone: inDoubt, take: (alone) => liveTurn(alone).catch(unanswered) },
    {
      waitMs: redriving.waitMs,
      alone: redriving.suspected,
      async take(alone) {
        await redriving.turn(alone, abandoned.signal);
        return 0;
      },
    },
    slots,
    draining.signal,
  );
  let left: Promise<void> | undefined;

  return {
    partition,
    get moves() {
      return moves;
    },
    receive(range) {
      if (!draining.signal.aborted && buffer.add(range)) {
        turns.wake();
      }
    },
    readOn: buffer.readOn,
    compare(found, movesThen) {
      if (found !== undefined) {
        parkedKeys = found.parkedKeys;
        if (found.redrive && redriving.want()) {
          turns.wake();
        }
      }
      if (turns.working || moves !== movesThen || draining.signal.aborted) {
        return;
      }
      if (found === undefined) {
        dependencies.positionLost();
      } else if (found.offset !== position) {
        restart(found.offset);
        turns.wake();
      }
    },
    status: () => {
      const { highWatermark } = buffer;
      const buffered = buffer.messages.length;
      const doneTo = buffered === 0 ? buffer.fetchedTo : position;
      const caughtUp = buffered === 0 && doneTo >= (highWatermark ?? from.end);
      return { ...partition, position, doneTo, highWatermark, buffered, failing, caughtUp, parkedKeys };
    },
    async drain() {
      draining.abort();
      turns.wake();
      await turns.ended;
    },
    async abandon(reason) {
      abandoned.abort(reason);
      draining.abort(reason);
      turns.wake();
      await turns.ended;
      // When it cannot be said, the successor is in doubt for nothing.
      left ??= doubt.leave(partition).catch(() => {});
      await left;
    },
  };
}
