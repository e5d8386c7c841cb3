/** What a relay is doing, for health checks and people. It can be turned into JSON. */
export interface RelayStatus {
  readonly state: 'new' | 'running' | 'stopping' | 'stopped';
  /** The name under which it holds leases. */
  readonly relay: string;
  /** The latest trouble with Kafka or Postgres, until it is over. */
  readonly trouble: { readonly with: 'kafka' | 'database'; readonly message: string; readonly since: string } | null;
  /** The shards it holds the lease of. Other relays hold the others. */
  readonly shards: readonly ShardStatus[];
  /** What waits because Kafka refuses it, and why. Everything else goes on. */
  readonly waiting: readonly WaitingStatus[];
  /** Keys of its shards of which a message was refused for good: all their messages lie parked until they are redriven. */
  readonly parked: readonly ParkedStatus[];
  /** Messages acknowledged since the relay was created, repeats included. */
  readonly published: number;
}

/** One shard, as the relay that holds its lease sees it. */
export interface ShardStatus {
  readonly shard: number;
  /** Grows with every change of owner. */
  readonly epoch: number;
  /** Everything up to this number was read, is a gap, or will never exist. */
  readonly cursor: number;
  /** Numbers drawn and not read yet, as of the latest look. */
  readonly backlog: number;
  /** Ranges of numbers that may still become visible. */
  readonly gaps: number;
  /** Since when this relay knows the oldest of them that somebody may still fill; 0 without one. */
  readonly oldestGapSeconds: number;
  /** Messages read and not acknowledged yet. */
  readonly unpublished: number;
  /** Messages committed and not acknowledged, in memory or not, parked ones excepted. Numbers not read yet count as messages. */
  readonly lag: number;
  /**
   * What was written and committed longer ago than this is published or parked. It is small when there is nothing to do, and
   * grows while nothing is read, whatever the reason: by the time since the latest read, or by the oldest message if it is older.
   */
  readonly lagSeconds: number;
  /** Since when the oldest message that was read and is not acknowledged is written, by the clocks of server and relay; else 0. */
  readonly oldestSeconds: number;
  /** Topics and keys that are parked. */
  readonly parkedKeys: number;
}

/** A key, or a whole topic, that Kafka refuses. It is tried again for as long as it takes. */
export interface WaitingStatus {
  readonly topic: string;
  /** Null when the whole topic waits. */
  readonly key: string | null;
  /** Tries that failed in a row. */
  readonly failures: number;
  /** What the latest one failed with. */
  readonly message: string;
}

/** A key that is parked because Kafka refused a message of it for good. */
export interface ParkedStatus {
  readonly topic: string;
  readonly key: string;
  /** What Kafka said. */
  readonly reason: string;
  /** Whether its messages are being sent again. */
  readonly redriving: boolean;
}

/** Something that went wrong and that the relay deals with. */
export type RelayProblem =
  /** Postgres does not answer, or refuses. Reading goes on when it is back. */
  | { readonly kind: 'database'; readonly error: Error }
  /** The brokers do not answer. Sending goes on when they are back. */
  | { readonly kind: 'kafka'; readonly error: Error }
  /** The lease of a shard, or the server's memory of it, is lost; it is taken again, and its tail may be sent twice. */
  | { readonly kind: 'shard'; readonly error: Error; readonly shard: number }
  /** Kafka refused a topic. It is tried again. */
  | { readonly kind: 'topic'; readonly error: Error; readonly topic: string }
  /** Kafka refused a message of this key for good. It and all that follow it with its key lie parked until a redrive. */
  | { readonly kind: 'parked'; readonly error: Error; readonly topic: string; readonly key: string }
  /** Kafka refused a message, or its partition cannot be written. Its key waits and is tried again. */
  | {
      readonly kind: 'message';
      readonly error: Error;
      readonly topic: string;
      readonly key: string;
      readonly id: string;
    };
