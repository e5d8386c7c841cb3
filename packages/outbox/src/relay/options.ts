import type { Database } from '../database/port.ts';
import type { Publisher } from '../publisher/publisher.ts';
import type { PollPace } from '../reader/poll-pace.ts';
import type { Backoff } from '../subscriber/backoff.ts';
import type { RelayProblem } from './status.ts';

/** What a relay works on, and its limits. Times are in milliseconds. */
export interface RelayOptions {
  /** The database with the outbox, as a login with the relay's grants. It uses at most five connections of the pool. */
  readonly db: Database;
  /** How it writes to Kafka; closed when the relay stops. */
  readonly publisher: Publisher;
  /** The schema `migrate` made. Default `outbox`. */
  readonly schemaName?: string;
  /**
   * A lease that stood still for this long is taken over by another relay. It is renewed four times in `leaseMs`, and
   * every 500 at least, so the shards of one that dies are taken within `leaseMs` and a quarter. Default 1,200.
   */
  readonly leaseMs?: number;
  /** How often the outbox is read. Default from 1 while messages flow to 40 when idle. */
  readonly pace?: Partial<PollPace>;
  /** Read ahead at most this many messages. Default 10,000. */
  readonly maxMessagesInMemory?: number;
  /** Read ahead until this many bytes are in memory. Default 32 MiB. */
  readonly maxBytesInMemory?: number;
  /** The most messages in one send. Default 2,000. */
  readonly maxBatchSize?: number;
  /** The most bytes in one send, unless a single message is larger. Default 900,000: below a broker's default limit. */
  readonly maxBatchBytes?: number;
  /** Checkpoints are stored this often while messages flow. What was sent since is sent again after a crash. Default 250. */
  readonly checkpointMs?: number;
  /** How long `stop` waits for a send under way. Default 5,000. */
  readonly stopTimeoutMs?: number;
  /** A key whose message Kafka refused so often for the message's own sake is parked. Default 3. */
  readonly parkAfter?: number;
  /** The waits between tries of what fails. Default from 50 to 2,000. */
  readonly retry?: Backoff;
  /** Told of everything that goes wrong, for logs. What can be done is done by the relay. */
  readonly onError?: (problem: RelayProblem) => void;
}
