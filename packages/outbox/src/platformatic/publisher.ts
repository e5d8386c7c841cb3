import { type ConnectionOptions, parseBroker } from '@platformatic/kafka';
import type { Publisher } from '../publisher/publisher.ts';
import { BatchPublisher } from './produce/batch-publisher.ts';
import { Session } from './produce/session/session.ts';

/** How it reaches Kafka, and how patient it is. Times are in milliseconds. */
export interface PlatformaticPublisherOptions {
  /** `host:port` of one broker or more; the others are found through them. */
  readonly brokers: readonly string[];
  /** The name under which the brokers know this client: in their logs, quotas and metrics. */
  readonly clientId: string;
  /** TLS, as `@platformatic/kafka` takes it. Default: none. */
  readonly tls?: NonNullable<ConnectionOptions['tls']>;
  /** How to log in, as the client takes it. Default: not at all. */
  readonly sasl?: NonNullable<ConnectionOptions['sasl']>;
  /** How long one request may take. Default 10,000. A batch is given up after three of them. */
  readonly requestTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 3_000;

/**
 * Publishes over the connections of `@platformatic/kafka`, with record batches that are encoded here: idempotent, all
 * in-sync replicas, one request in flight to a broker, partitions as the Java client, no compression. It does not throw
 * for trouble with a broker; each message gets its answer. Topics are not created.
 *
 * After any failure the next batch goes out under a new producer id. Metadata is at most a minute old, or as old as the
 * last answer that speaks against it. When a broker asks for silence (`throttle_time_ms`) it is not spoken to for so long,
 * though for one `requestTimeoutMs` at most: beyond that it makes itself heard by answering late.
 *
 * Brokers need Produce in one of the versions 3 to 8: Apache Kafka 1.0 to 4.x (tested with 4.3), and what speaks its
 * protocol. From version 8 on (Kafka 2.4) a broker can name the message for which it refuses a batch; where it does not,
 * the message is searched for.
 *
 * @example
 * createRelay({ db: pool, publisher: platformaticPublisher({ brokers, clientId: 'shop' }) });
 */
export function platformaticPublisher(options: PlatformaticPublisherOptions): Publisher {
  const { clientId, tls, sasl, requestTimeoutMs = 10_000 } = options;
  const brokers = options.brokers.map((broker) => parseBroker(broker));
  let sessions = 0;

  function open(): Session {
    // Another broker is asked first each time: one that accepts connections and never answers must not stop everything.
    const first = sessions++ % Math.max(1, brokers.length);
    return new Session({
      clientId,
      bootstrap: [...brokers.slice(first), ...brokers.slice(0, first)],
      requestTimeoutMs,
      connection: {
        connectTimeout: CONNECT_TIMEOUT_MS,
        requestTimeout: requestTimeoutMs,
        ...(tls === undefined ? {} : { tls }),
        ...(sasl === undefined ? {} : { sasl }),
      },
    });
  }

  return new BatchPublisher(open, requestTimeoutMs);
}
