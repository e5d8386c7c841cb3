/**
 * The port through which a relay writes to Kafka. `@bezel/outbox/kafkajs` and `@bezel/outbox/platformatic` implement it;
 * a third client is welcome when it passes `publisher.int.test.ts`.
 *
 * A publisher moves bytes. When to send, what to hold back and what to do about trouble is decided by the relay.
 */
export interface Publisher {
  /**
   * Sends messages and answers for each, at the same place. It does not reject for trouble with a broker.
   *
   * - Idempotent, acknowledged by all in-sync replicas, partition by the Java client's murmur2 over the key.
   * - The relay never calls it while a call is under way.
   * - Messages of one topic and key are written in the order given. When one is not written, no later one of the same
   *   topic and key in this call counts as written.
   * - It answers within bounded time, an outage of all brokers included.
   */
  publish(messages: readonly OutgoingMessage[]): Promise<readonly PublishResult[]>;

  /** Ends all connections within seconds, even when the brokers are gone. A later `publish` connects again. */
  close(): Promise<void>;
}

/** Bytes as they go to Kafka. */
export interface OutgoingMessage {
  readonly topic: string;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: readonly (readonly [name: string, value: Buffer])[];
  /**
   * What the record carries as its time, in whole milliseconds since 1970; default: when it is sent, by this machine's clock. A relay
   * gives the time of the database: brokers refuse records whose time is far from theirs, and one database is right for all
   * relays when the clock of a machine is not.
   */
  readonly timestamp?: number | undefined;
}

/** What became of a message: acknowledged by all in-sync replicas, or not. */
export type PublishResult = { readonly ok: true } | PublishFailure;

/** A message that was not acknowledged, and what its failure concerns. */
export interface PublishFailure {
  readonly ok: false;
  readonly kind: FailureKind;
  /** False only when the message is known not to be on the topic. A message that may be there is sent again all the same. */
  readonly mayBeWritten: boolean;
  readonly error: Error;
}

/**
 * What a failure concerns, and so what has to wait.
 *
 * - `brokers`: they did not answer, or not in time. Everything waits.
 * - `partition`: it has no leader for now. Its keys wait.
 * - `topic`: unknown, or this login may not write to it. The topic waits.
 * - `message`: refused for good, as it is. Its key waits.
 * - `predecessor`: not tried, because an earlier message of its key failed in the same call.
 */
export type FailureKind = 'brokers' | 'partition' | 'topic' | 'message' | 'predecessor';
