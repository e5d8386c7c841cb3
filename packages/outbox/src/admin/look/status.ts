import type { Queryable } from '../../database/port.ts';
import { loadMigrations } from '../../migrate/migrations.ts';
import { listSlots } from '../../retention/retention.sql.ts';
import { type ConsumerLag, consumerLag, type OffsetInspector } from './consumer-lag.ts';
import { lag, type ShardLag } from './lag.ts';
import { overview } from './status.sql.ts';

/** An outbox as its database shows it. It can be turned into JSON. */
export interface OutboxStatus {
  /** The server's time, RFC 3339, UTC. */
  readonly at: string;
  readonly server: {
    readonly version: string;
    readonly standby: boolean;
    /** Whether this is the cluster the outbox belongs to; where it is not, relays refuse to run until `adopt`. */
    readonly home: boolean;
  };
  /** The version the schema has, and the one this package has. */
  readonly schema: { readonly version: number; readonly latest: number };
  /** Relays that said they are alive, and how often. One whose count stands still is gone. */
  readonly relays: readonly { readonly id: string; readonly beats: number; readonly shards: number }[];
  readonly shards: readonly ShardLag[];
  /** Parked by relays. */
  readonly parked: { readonly keys: number; readonly messages: number };
  /** Groups that consume into this database, by topic. `movedAt` is when a position moved last. */
  readonly consumers: readonly {
    readonly groupId: string;
    readonly topic: string;
    readonly partitions: number;
    readonly parkedKeys: number;
    readonly movedAt: string;
    /** Offsets from the positions to the ends of their partitions; null when Kafka was not asked. */
    readonly lag: number | null;
    /** Partitions of which the position is not among what Kafka holds; null when Kafka was not asked. */
    readonly outOfRange: number | null;
  }[];
  /** The partitions of the message table. `age` is in days since the slot was the current one. */
  readonly slots: readonly { readonly slot: number; readonly age: number; readonly bytes: number }[];
}

/** What is looked at besides the database. */
export interface StatusOptions {
  /** How the ends of topics are looked at. Without it no consumer's lag is known. */
  readonly offsets?: OffsetInspector;
}

export async function status(db: Queryable, schema: string, { offsets }: StatusOptions = {}): Promise<OutboxStatus> {
  const [found] = (await db.query(overview(schema))).rows;
  const slots = (await db.query(listSlots(schema))).rows;
  const lags = offsets === undefined ? [] : await consumerLag(db, schema, offsets);
  return {
    at: found.at.toISOString(),
    server: { version: found.server, standby: found.standby, home: found.home },
    schema: { version: found.version, latest: latestVersion() },
    relays: found.relays,
    shards: await lag(db, schema),
    parked: { keys: found.parked_keys, messages: found.parked_messages },
    consumers: (found.consumers as Omit<OutboxStatus['consumers'][number], 'lag' | 'outOfRange'>[]).map((group) => ({
      ...group,
      ...summed(lags.filter(({ groupId, topic }) => groupId === group.groupId && topic === group.topic)),
    })),
    slots: slots.map(({ slot, age, bytes }) => ({ slot, age, bytes: Number(bytes) })),
  };
}

function summed(lags: readonly ConsumerLag[]): { readonly lag: number | null; readonly outOfRange: number | null } {
  const looked = lags.filter(({ lag }) => lag !== null);
  return looked.length === 0
    ? { lag: null, outOfRange: null }
    : {
        lag: looked.reduce((sum, { lag }) => sum + (lag ?? 0), 0),
        outOfRange: looked.filter(({ outOfRange }) => outOfRange).length,
      };
}

/** The version of the schema this package was made with. */
export const latestVersion = (): number => loadMigrations().at(-1)?.version ?? 0;
