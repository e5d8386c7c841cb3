import { ProduceAcks, Producer, type ProducerOptions } from '@platformatic/kafka';
import { kindOfCode, mayBeWritten } from '../publisher/error-codes.ts';
import { placeOf } from '../publisher/murmur2.ts';
import { type Diagnosis, givenUpAfter, publishNarrowing } from '../publisher/publish-narrowing.ts';
import type { OutgoingMessage, Publisher } from '../publisher/publisher.ts';
import { repeatedBytes } from '../publisher/repeated-bytes.ts';

type ClientOptions = ProducerOptions<Buffer, Buffer, Buffer, Buffer>;
type Client = Producer<Buffer, Buffer, Buffer, Buffer>;

/** Times are in milliseconds. */
export interface PlatformaticPublisherOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly tls?: NonNullable<ClientOptions['tls']>;
  readonly sasl?: NonNullable<ClientOptions['sasl']>;
  /** How long one request may take. Default 10,000. A batch is given up after three of them. */
  readonly requestTimeoutMs?: number;
}

const CLOSE_WITHIN_MS = 2_000;

/**
 * Publishes with `@platformatic/kafka`: idempotent, all in-sync replicas, one send in flight, partitions as the Java
 * client. After any failure the producer is thrown away, and the next batch goes out under a new producer id. It does not
 * throw for trouble with a broker; each message gets its answer. Topics are not created.
 *
 * @example
 * createRelay({ db: pool, publisher: platformaticPublisher({ brokers: ['127.0.0.1:9092'], clientId: 'shop' }) });
 */
export function platformaticPublisher(options: PlatformaticPublisherOptions): Publisher {
  const { requestTimeoutMs = 10_000 } = options;
  let producer: Client | undefined;

  async function discard(): Promise<void> {
    const old = producer;
    producer = undefined;
    if (old !== undefined) await close(old);
  }

  async function attempt(messages: readonly OutgoingMessage[]): Promise<void> {
    producer ??= createProducer(options);
    try {
      // `acks` of the constructor is not read; without it here only the leader would acknowledge.
      const sending = producer.send({ acks: ProduceAcks.ALL, messages: messages.map(toMessage) });
      await givenUpAfter(3 * requestTimeoutMs, sending);
    } catch (error) {
      void discard();
      throw error;
    }
  }

  return {
    publish: (messages) => publishNarrowing(messages, attempt, diagnose),
    close: discard,
  };
}

function createProducer({
  brokers,
  clientId,
  tls,
  sasl,
  requestTimeoutMs = 10_000,
}: PlatformaticPublisherOptions): Client {
  return new Producer<Buffer, Buffer, Buffer, Buffer>({
    clientId,
    bootstrapBrokers: [...brokers],
    idempotent: true,
    acks: ProduceAcks.ALL,
    // Fewer than two would mean "without end" to this client.
    retries: 2,
    retryDelay: 200,
    connectTimeout: 3_000,
    requestTimeout: requestTimeoutMs,
    timeout: Math.max(1_000, requestTimeoutMs - 1_000),
    metadataMaxAge: 60_000,
    autocreateTopics: false,
    // The client takes it modulo the number of partitions. Its own default differs from Java's.
    partitioner: (_, key) => placeOf(key as Buffer),
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined ? {} : { sasl }),
  });
}

/** Everything as Buffers: without serializers a string makes `send` wait for ever. */
function toMessage({ topic, key, value, headers }: OutgoingMessage) {
  return { topic, key, value, headers: new Map(headers.map(([name, bytes]) => [repeatedBytes(name), bytes] as const)) };
}

/** `close` waits for requests on the wire and for sockets that a dead broker never answers on. */
async function close(producer: Client): Promise<void> {
  const hard = setTimeout(() => {
    for (const [, connection] of producer.connections) connection.socket?.destroy();
  }, CLOSE_WITHIN_MS);
  try {
    await producer.close();
  } catch {
    // It was closed by its own failure.
  } finally {
    clearTimeout(hard);
  }
}

/** What this client throws: wrappers with `errors`, the last attempt last, or a cause; somewhere below, Kafka's code. */
interface ClientError {
  readonly code?: unknown;
  readonly apiCode?: unknown;
  readonly hasStaleMetadata?: unknown;
  readonly errors?: unknown;
  readonly cause?: unknown;
}

function diagnose(error: unknown): Diagnosis {
  const asError = error instanceof Error ? error : new Error(String(error));
  const code = codeIn(error);
  const kind = code === undefined ? 'brokers' : kindOfCode(code);
  return { kind, mayBeWritten: mayBeWritten(code), error: asError };
}

const UNKNOWN_TOPIC_OR_PARTITION = 3;

function codeIn(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const { apiCode, errors, cause, code } = error as ClientError;
  if (typeof apiCode === 'number') return apiCode;
  if (code === 'PLT_KFK_USER' && error.message.startsWith('Unknown topic ')) return UNKNOWN_TOPIC_OR_PARTITION;
  const last: unknown = Array.isArray(errors) ? errors.at(-1) : undefined;
  return codeIn(last ?? cause);
}
