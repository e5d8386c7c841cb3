import kafkajs, { type KafkaConfig, type Producer } from 'kafkajs';
import { asError } from '../errors/as-error.ts';
import { kindOfCode, mayBeWritten } from '../publisher/error-codes.ts';
import { givenUpAfter } from '../publisher/given-up-after.ts';
import { partitionOf } from '../publisher/murmur2.ts';
import { type Diagnosis, publishNarrowing } from '../publisher/publish-narrowing.ts';
import type { OutgoingMessage, Publisher } from '../publisher/publisher.ts';

const { Kafka, logLevel } = kafkajs;

/** How it reaches Kafka, and how patient it is. Times are in milliseconds. */
export interface KafkajsPublisherOptions {
  /** `host:port` of one broker or more; the others are found through them. */
  readonly brokers: readonly string[];
  /** The name under which the brokers know this client: in their logs, quotas and metrics. */
  readonly clientId: string;
  /** TLS, as `kafkajs` takes it. Default: none. */
  readonly ssl?: NonNullable<KafkaConfig['ssl']>;
  /** How to log in, as the client takes it. Default: not at all. */
  readonly sasl?: NonNullable<KafkaConfig['sasl']>;
  /** How long one request may take. Default 10,000. A batch is given up after three of them. */
  readonly requestTimeoutMs?: number;
}

/**
 * Publishes with `kafkajs`: idempotent, all in-sync replicas, one request in flight, partitions as the Java client.
 *
 * After any failure the producer is thrown away, and the next batch goes out under a new producer id. kafkajs takes its
 * sequence numbers back for every partition of a failed request, written ones included: with the same producer id a
 * different batch could then be acknowledged as a repetition, and be lost.
 *
 * It does not throw for trouble with a broker; each message gets its answer. Topics are not created.
 *
 * @example
 * createRelay({ db: pool, publisher: kafkajsPublisher({ brokers, clientId: 'shop' }) });
 */
export function kafkajsPublisher(options: KafkajsPublisherOptions): Publisher {
  const { requestTimeoutMs = 10_000 } = options;
  let connected: Promise<Producer> | undefined;

  async function connect(): Promise<Producer> {
    // A client of its own: kafkajs asks for the metadata of every topic it ever sent to, and one that is gone fails all.
    const producer = createProducer(options);
    await producer.connect();
    return producer;
  }

  async function discard(): Promise<void> {
    const old = connected;
    connected = undefined;
    // A producer that never connected has nothing to end; one that cannot end in time goes with its sockets.
    await old?.then((producer) => producer.disconnect()).catch(() => {});
  }

  async function attempt(messages: readonly OutgoingMessage[]): Promise<void> {
    connected ??= connect();
    try {
      await givenUpAfter(3 * requestTimeoutMs, send(connected, messages));
    } catch (error) {
      void discard();
      throw error;
    }
  }

  async function send(connecting: Promise<Producer>, messages: readonly OutgoingMessage[]): Promise<void> {
    const producer = await connecting;
    await producer.sendBatch({ acks: -1, topicMessages: batchOf(messages) });
  }

  return {
    publish: (messages) => publishNarrowing(messages, attempt, diagnose),
    close: discard,
  };
}

function createProducer({ brokers, clientId, ssl, sasl, requestTimeoutMs = 10_000 }: KafkajsPublisherOptions) {
  const retry = { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000 };
  const kafka = new Kafka({
    clientId,
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    requestTimeout: requestTimeoutMs,
    retry,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
  });
  return kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message, partitionMetadata }) =>
        partitionOf(message.key as Buffer, partitionMetadata.length),
    retry,
  });
}

function batchOf(messages: readonly OutgoingMessage[]) {
  return [...Map.groupBy(messages, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
    topic,
    messages: ofTopic.map(({ key, value, headers, timestamp }) => ({
      ...{ key, value, headers: Object.fromEntries(headers) },
      ...(timestamp === undefined ? {} : { timestamp: String(timestamp) }),
    })),
  }));
}

/** kafkajs wraps: the error that carries Kafka's code is somewhere down the chain of causes. */
function diagnose(error: unknown): Diagnosis {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'number') {
      return { kind: kindOfCode(cause.code), mayBeWritten: mayBeWritten(cause.code), error: asError(error) };
    }
  }
  return { kind: 'brokers', mayBeWritten: mayBeWritten(undefined), error: asError(error) };
}
