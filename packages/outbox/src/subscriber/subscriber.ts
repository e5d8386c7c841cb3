/**
 * The port through which a consumer reads Kafka. `@bezel/outbox/kafkajs` and `@bezel/outbox/platformatic` implement it;
 * a third client is welcome when it passes `subscriber.int.test.ts`.
 *
 * A subscriber moves bytes and keeps a membership of a consumer group. It decides nothing: where to read from, what was
 * handled and what to do about trouble belongs to the consumer, whose positions live in its own database.
 */
export interface Subscriber {
  /**
   * Joins the group and keeps on trying until `close`, through any outage of the brokers. Returns at once, before the
   * listener hears anything; whatever happens then is told to the listener.
   */
  subscribe(request: SubscribeRequest): Subscription;
}

/** Which group to join, what to read, and who is told. */
export interface SubscribeRequest {
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly listener: SubscriberListener;
}

/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A name for a partition that can be a key of a map. */
export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** A message as Kafka holds it. Header names may repeat. */
export interface FetchedMessage {
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [name: string, value: Buffer])[];
}

/**
 * What one partition holds between two offsets, as far as readers may see it: `messages` has every message at or after
 * `from` and before `next`. Offsets inside may be missing (compaction, transaction markers).
 */
export interface FetchedRange extends TopicPartition {
  /** Where the subscriber read from: what `seek` said, or `next` of the range before. */
  readonly from: bigint;
  readonly next: bigint;
  readonly messages: readonly FetchedMessage[];
  /** The end of the partition when it was read. */
  readonly highWatermark: bigint;
}

/** Calls are synchronous and must return quickly: a slow listener delays heartbeats. */
export interface SubscriberListener {
  /**
   * The partitions owned from now on, all of them; those of an earlier call that are missing were lost. They are silent
   * until `seek` is called for each. Kafka tells a member late that it lost a partition, so two members may believe they
   * own one for a while: the listener must be safe against that.
   */
  assigned(partitions: readonly TopicPartition[]): void;
  /** Messages of an owned partition, in order; each range begins where the one before it ended, or where it was sought. */
  received(range: FetchedRange): void;
  /** Messages at the position were removed before they were read, or it is past the end. Silent until `seek`. */
  outOfRange(partition: TopicPartition): void;
  /**
   * Those of the topics that do not exist, whenever the group was joined; none when all are there. The others are read, and
   * those that come later as well, from the next look on. While none exists at all, `lost` is called instead.
   */
  missing?(topics: readonly string[]): void;
  /** The membership or the brokers are lost for now. `assigned` follows when the subscriber is back. */
  lost(error: Error): void;
}

/** What a partition holds: from `earliest` on, up to but not including `latest`. */
export interface OffsetRange {
  readonly earliest: bigint;
  /** The offset the next message will get. */
  readonly latest: bigint;
  /** The topic's id: one that is made anew has another. Left out by a client that is not told it. */
  readonly topicId?: string;
}

/** A membership in a group, from `subscribe` until `close`. No call throws for trouble with a broker unless it says so. */
export interface Subscription {
  /**
   * Reads on from `offset` and lifts a pause. Nothing fetched for an earlier position is delivered afterwards. Ignored
   * for a partition that is not owned.
   */
  seek(partition: TopicPartition, offset: bigint): void;
  /** Stops fetching one partition, others go on. What is in flight may still arrive. */
  pause(partition: TopicPartition): void;
  /** Fetches a paused partition again, from where it stopped. Ignored for one that is not owned. */
  resume(partition: TopicPartition): void;
  /** The readable range of every partition of the topic, by partition number. */
  offsets(topic: string): Promise<ReadonlyMap<number, OffsetRange>>;
  /** Tells Kafka how far the group is, for lag displays only. May fail at any time without harm. */
  commit(positions: readonly (TopicPartition & { readonly offset: bigint })[]): Promise<void>;
  /** Leaves the group and closes connections, within seconds even when the brokers are gone. */
  close(): Promise<void>;
}
