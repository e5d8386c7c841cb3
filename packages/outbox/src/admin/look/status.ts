import type { Queryable } from '../../database/port.ts';
import { loadMigrations } from '../../migrate/migrations.ts';
import { listSlots } from '../../retention/retention.sql.ts';
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
  }[];
  /** The partitions of the message table. `age` is in days since the slot was the current one. */
  readonly slots: readonly { readonly slot: number; readonly age: number; readonly bytes: number }[];
}

export async function status(db: Queryable, schema: string): Promise<OutboxStatus> {
  const [found] = (await db.query(overview(schema))).rows;
  const slots = (await db.query(listSlots(schema))).rows;
  return {
    at: found.at.toISOString(),
    server: { version: found.server, standby: found.standby, home: found.home },
    schema: { version: found.version, latest: latestVersion() },
    relays: found.relays,
    shards: await lag(db, schema),
    parked: { keys: found.parked_keys, messages: found.parked_messages },
    consumers: found.consumers,
    slots: slots.map(({ slot, age, bytes }) => ({ slot, age, bytes: Number(bytes) })),
  };
}

/** The version of the schema this package was made with. */
export const latestVersion = (): number => loadMigrations().at(-1)?.version ?? 0;
