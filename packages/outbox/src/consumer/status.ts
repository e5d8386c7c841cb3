import type { TopicPartition } from '../subscriber/index.ts';
import type { LaneStatus } from './lane/lane.ts';

/** What a consumer is doing, for health checks and people. It can be turned into JSON. */
export interface ConsumerStatus {
  readonly state: 'new' | 'running' | 'stopping' | 'stopped';
  /** Whether Kafka counts it as a member of the group right now. */
  readonly joined: boolean;
  /** The latest trouble with Kafka or Postgres, until it is over. */
  readonly trouble: { readonly with: 'kafka' | 'database'; readonly message: string; readonly since: string } | null;
  readonly partitions: readonly PartitionStatus[];
}

/** One partition this consumer owns. */
export interface PartitionStatus {
  readonly topic: string;
  readonly partition: number;
  /**
   * `opening`: its position is being read · `flowing` · `failing`: it stands at a message that fails and is tried
   * again · `out-of-range`: its position is not among the messages Kafka holds.
   */
  readonly state: 'opening' | 'flowing' | 'failing' | 'out-of-range';
  /** The offset it handles next, decimal. */
  readonly position: string | null;
  /** How many offsets are behind the position, as of the latest fetch. */
  readonly lag: number | null;
  /** Messages fetched and waiting. */
  readonly buffered: number;
  /** Keys of which an event could not be handled: what follows it waits in the database until a redrive. */
  readonly parkedKeys: number;
  /** The message it stands at. */
  readonly failing: {
    readonly offset: string;
    readonly id: string | null;
    readonly type: string | null;
    readonly key: string | null;
    readonly attempts: number;
    readonly message: string;
  } | null;
}

/** Something that went wrong and that the consumer deals with. */
export type ConsumerProblem =
  /** The brokers, or the membership of the group, are lost for now. */
  | { readonly kind: 'kafka'; readonly error: Error }
  /** Postgres does not answer, or refuses. */
  | { readonly kind: 'database'; readonly error: Error }
  /** A partition stands still: its position is not among the messages Kafka holds. */
  | {
      readonly kind: 'position';
      readonly error: Error;
      readonly topic: string;
      readonly partition: number;
    }
  /** A message could not be handled, and is parked: it and all that follow it with its key wait for a redrive. */
  | {
      readonly kind: 'parked';
      readonly error: Error;
      readonly topic: string;
      readonly partition: number;
      readonly offset: string;
      readonly id: string | null;
      readonly type: string | null;
      readonly key: string | null;
      readonly attempts: number;
    }
  /** A message could not be handled. Its partition waits, and it is tried again; after the last try its key is parked. */
  | {
      readonly kind: 'message';
      readonly error: Error;
      readonly topic: string;
      readonly partition: number;
      readonly offset: string;
      readonly id: string | null;
      readonly type: string | null;
      readonly key: string | null;
      /** How often it was tried, 1 or more. */
      readonly attempts: number;
      readonly retryInMs: number;
    };

export function statusOfLane({
  topic,
  partition,
  position,
  doneTo,
  highWatermark,
  buffered,
  failing,
  parkedKeys,
}: LaneStatus): PartitionStatus {
  return {
    topic,
    partition,
    state: failing === null ? 'flowing' : 'failing',
    position: position.toString(),
    lag: highWatermark === null ? null : Math.max(0, Number(highWatermark - doneTo)),
    buffered,
    parkedKeys,
    failing: failing && {
      offset: failing.offset.toString(),
      id: failing.id,
      type: failing.type,
      key: failing.key,
      attempts: failing.attempts,
      message: failing.error.message,
    },
  };
}

export function statusOfWaiting({
  topic,
  partition,
  outOfRange,
}: TopicPartition & { readonly outOfRange: boolean }): PartitionStatus {
  const state = outOfRange ? 'out-of-range' : 'opening';
  return { topic, partition, state, position: null, lag: null, buffered: 0, parkedKeys: 0, failing: null };
}
