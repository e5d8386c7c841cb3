import kafkajs, {
  type Consumer,
  type ConsumerEndBatchProcessEvent,
  type EachBatchPayload,
  type KafkaConfig,
} from 'kafkajs';
import {
  partitionName,
  type SubscribeRequest,
  type Subscriber,
  type Subscription,
  type TopicPartition,
} from '../subscriber/index.ts';
import { aborted, atMost, keepConnected } from '../subscriber/keep-connected.ts';
import { existing, untilTopicsChange } from '../subscriber/topics.ts';
import { explainCodec } from './codecs.ts';
import { formerSelf } from './former-self.ts';
import { toFetchedMessage } from './messages.ts';
import { offsetsOf, sizesOf } from './topics.ts';

const { Kafka, logLevel } = kafkajs;

/** How it reaches Kafka, and how much it fetches. Times are in milliseconds. */
export interface KafkajsSubscriberOptions {
  /** `host:port` of one broker or more; the others are found through them. */
  readonly brokers: readonly string[];
  /** The name under which the brokers know this client: in their logs, quotas and metrics. */
  readonly clientId: string;
  /** TLS, as `kafkajs` takes it. Default: none. */
  readonly ssl?: NonNullable<KafkaConfig['ssl']>;
  /** How to log in, as the client takes it. Default: not at all. */
  readonly sasl?: NonNullable<KafkaConfig['sasl']>;
  /** After this silence Kafka gives the partitions to another member. Default 15,000. */
  readonly sessionTimeoutMs?: number;
  /** How often the member reports, and so how soon it notices a rebalance. Default 1,000. */
  readonly heartbeatIntervalMs?: number;
  /** How long a rebalance waits for members to come back. Default 20,000. */
  readonly rebalanceTimeoutMs?: number;
  /** How often it looks for topics that came or went, and for more partitions. Default 30,000. */
  readonly topicCheckIntervalMs?: number;
  /** How long a fetch waits for the first message; also how late a partition may resume. Default 250. */
  readonly maxWaitMs?: number;
  /** Upper bound of one fetch from one broker. Default 4 MiB. */
  readonly maxBytes?: number;
  /** Upper bound of one partition's part in a fetch. Default 512 KiB. */
  readonly maxBytesPerPartition?: number;
}

const CLOSE_WITHIN_MS = 3_000;

/**
 * Reads Kafka with `kafkajs`.
 *
 * A client that crashed is thrown away and replaced, with back-off, until the subscription is closed. Handing messages
 * over never waits, so heartbeats go on however long they take to handle.
 *
 * kafkajs reads gzip alone. A message that is compressed with Snappy, LZ4 or ZSTD stops all partitions of the member until
 * a codec for it is registered in kafkajs' `CompressionCodecs`; `platformaticSubscriber` reads all of them.
 *
 * A group cannot have members on `@platformatic/kafka` as well: stop them all before you start these, or the other way round.
 *
 * It does not throw for trouble with a broker: whoever subscribed is told.
 *
 * @example
 * const consumer = createConsumer({
 *   db: pool,
 *   subscriber: kafkajsSubscriber({ brokers, clientId: 'billing' }),
 *   groupId: 'billing',
 *   handlers: [on(OrderPlaced, (event) => console.log(event.data.orderId))],
 * });
 */
export function kafkajsSubscriber(options: KafkajsSubscriberOptions): Subscriber {
  const kafka = new Kafka({
    clientId: options.clientId,
    brokers: [...options.brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 },
    ...(options.ssl === undefined ? {} : { ssl: options.ssl }),
    ...(options.sasl === undefined ? {} : { sasl: options.sasl }),
  });
  return { subscribe: (request) => subscribe(kafka, options, request) };
}

function subscribe(
  kafka: InstanceType<typeof Kafka>,
  options: KafkajsSubscriberOptions,
  { groupId, topics, listener }: SubscribeRequest,
): Subscription {
  const closing = new AbortController();
  const former = formerSelf(groupId);
  let client: Consumer | undefined;
  /** Of each owned partition the offset the next range must start at; undefined while nobody has sought. */
  const reading = new Map<string, bigint | undefined>();

  const own = (assignment: Record<string, number[]>, consumer: Consumer): void => {
    const topicsAssigned = Object.entries(assignment).map(([topic, partitions]) => ({ topic, partitions }));
    const owned = topicsAssigned.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    // Before this listener returns nothing was fetched for the new assignment: kafkajs emits the event synchronously,
    // but does not wait for promises. So everything is paused here and now, until it is sought.
    consumer.pause(topicsAssigned);
    reading.clear();
    for (const partition of owned) {
      reading.set(partitionName(partition), undefined);
    }
    client = consumer;
    listener.assigned(owned);
  };

  const disown = (): void => {
    client = undefined;
    reading.clear();
  };

  const offsets = (topic: string) => offsetsOf(kafka, topic);
  const look = () => sizesOf(kafka, topics);

  const wasRemoved = async ({ topic, partition }: TopicPartition, offset: bigint): Promise<boolean> => {
    const range = (await offsets(topic)).get(partition);
    return range !== undefined && range.earliest > offset;
  };

  const deliver = async ({ batch, isStale, resolveOffset }: EachBatchPayload): Promise<void> => {
    const partition = { topic: batch.topic, partition: batch.partition };
    const name = partitionName(partition);
    const from = reading.get(name);
    const first = batch.messages[0];
    if (from === undefined || first === undefined || isStale()) {
      return;
    }
    const start = BigInt(first.offset);
    // kafkajs answers a position out of range by starting over at the oldest message, without a word. A start before the
    // position shows it at once; one after it may also come from compaction or from transaction markers.
    const jumped = start < from || (start > from && (await wasRemoved(partition, from)));
    if (reading.get(name) !== from || isStale()) {
      return;
    }
    if (jumped) {
      silence(partition);
      listener.outOfRange(partition);
      return;
    }
    const last = batch.lastOffset();
    const next = BigInt(last) + 1n;
    resolveOffset(last);
    reading.set(name, next);
    listener.received({
      ...partition,
      from,
      next,
      highWatermark: BigInt(batch.highWatermark),
      messages: batch.messages.map(toFetchedMessage),
    });
  };

  /**
   * kafkajs keeps batches without a message that may be seen to itself: markers, aborted transactions. That there is none
   * between these offsets is true of the partition whenever it was fetched, so it may have been sought elsewhere meanwhile.
   */
  const passOver = (batch: ConsumerEndBatchProcessEvent['payload']): void => {
    const { topic, partition, batchSize, firstOffset, lastOffset } = batch;
    const from = reading.get(partitionName({ topic, partition }));
    if (batchSize > 0 || firstOffset === null || from === undefined) {
      return;
    }
    const next = BigInt(lastOffset) + 1n;
    if (BigInt(firstOffset) <= from && from < next) {
      reading.set(partitionName({ topic, partition }), next);
      listener.received({ topic, partition, from, next, highWatermark: BigInt(batch.highWatermark), messages: [] });
    }
  };

  const silence = (partition: TopicPartition): void => {
    reading.set(partitionName(partition), undefined);
    client?.pause([{ topic: partition.topic, partitions: [partition.partition] }]);
  };

  const session = async (signal: AbortSignal, healthy: () => void): Promise<void> => {
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: options.sessionTimeoutMs ?? 15_000,
      heartbeatInterval: options.heartbeatIntervalMs ?? 1_000,
      rebalanceTimeout: options.rebalanceTimeoutMs ?? 20_000,
      maxWaitTimeInMs: options.maxWaitMs ?? 250,
      maxBytes: options.maxBytes ?? 4 * 1024 * 1024,
      maxBytesPerPartition: options.maxBytesPerPartition ?? 512 * 1024,
      allowAutoTopicCreation: false,
      partitionAssigners: former.assigners,
      // kafkajs would restart by itself after some crashes and not after others; a new session covers all of them.
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
    });
    const over = new AbortController();
    let leads = false;
    const crash = Promise.withResolvers<never>();
    crash.promise.catch(() => {});
    consumer.on(consumer.events.CRASH, ({ payload }) => crash.reject(explainCodec(payload.error)));
    const { HEARTBEAT, FETCH, GROUP_JOIN, REBALANCING, STOP, END_BATCH_PROCESS } = consumer.events;
    const watch = watchSilence(options.sessionTimeoutMs ?? 15_000, crash.reject);
    for (const sign of [HEARTBEAT, FETCH]) consumer.on(sign, watch.heard);
    // While a rebalance goes on the coordinator is silent for as long as that takes.
    consumer.on(REBALANCING, watch.rest);
    consumer.on(GROUP_JOIN, ({ payload }) => {
      if (!signal.aborted) {
        leads = payload.isLeader;
        former.isNow(payload.memberId);
        watch.heard();
        healthy();
        own(payload.memberAssignment, consumer);
      }
    });
    consumer.on(END_BATCH_PROCESS, ({ payload }) => passOver(payload));
    // After a crash kafkajs stops, says so, and takes its time to disconnect before it tells of the crash. Asked for
    // anything in between it throws.
    consumer.on(STOP, disown);
    const running = (async () => {
      const sizes = await look();
      if (!signal.aborted) {
        const readable = existing(topics, sizes, (missing) => listener.missing?.(missing));
        await consumer.connect();
        await former.leaves();
        await consumer.subscribe({ topics: readable, fromBeginning: true });
        await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: deliver });
      }
      return sizes;
    })();
    const watching = { look, everyMs: options.topicCheckIntervalMs ?? 30_000, leads: () => leads, signal: over.signal };
    const changed = running.then((sizes) => untilTopicsChange(sizes, watching));
    try {
      await Promise.race([changed, crash.promise, aborted(signal)]);
    } finally {
      over.abort();
      watch.rest();
      disown();
      // `disconnect` before `run` has settled would leave a member behind that nobody can stop.
      await atMost(
        CLOSE_WITHIN_MS,
        running.catch(() => {}).then(() => consumer.disconnect()),
      );
    }
  };

  const done = keepConnected(session, { signal: closing.signal, lost: (error) => listener.lost(error) });

  return {
    seek(partition, offset) {
      const name = partitionName(partition);
      if (client === undefined || !reading.has(name)) {
        return;
      }
      reading.set(name, offset);
      client.seek({ ...partition, offset: offset.toString() });
      client.resume([{ topic: partition.topic, partitions: [partition.partition] }]);
    },
    pause(partition) {
      client?.pause([{ topic: partition.topic, partitions: [partition.partition] }]);
    },
    resume(partition) {
      if (reading.get(partitionName(partition)) !== undefined) {
        client?.resume([{ topic: partition.topic, partitions: [partition.partition] }]);
      }
    },
    offsets,
    async commit(positions) {
      await client?.commitOffsets(
        positions.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset.toString() })),
      );
    },
    async close() {
      closing.abort();
      await done;
    },
  };
}

/**
 * Brokers that accept and never answer are noticed by kafkajs after minutes. A member that hears nothing for its session's
 * length has lost it anyway.
 */
function watchSilence(ms: number, lost: (error: Error) => void): { heard: () => void; rest: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const rest = (): void => clearTimeout(timer);
  return {
    rest,
    heard() {
      rest();
      timer = setTimeout(() => lost(new Error(`the brokers have not answered for ${ms} ms`)), ms).unref();
    },
  };
}
