import type { Queryable } from '../../database/port.ts';
import { parseMultirange } from '../../reader/tracker/ranges.ts';
import { gapsOfShards } from './gaps.sql.ts';

/** A transaction that has drawn a number of a shard and is open: its messages are not visible yet, or it has none. */
export interface GapHolder {
  /** The session's process id on the server; null for a prepared transaction. */
  readonly pid: number | null;
  /** The name of a prepared transaction, else null. It is open until COMMIT PREPARED or ROLLBACK PREPARED. */
  readonly prepared: string | null;
  readonly login: string | null;
  /** What the session calls itself, and what it does; null when this login may not know. */
  readonly application: string | null;
  readonly state: string | null;
  /** When the transaction began, RFC 3339, UTC, and how long that is ago; null when this login may not know. */
  readonly since: string | null;
  readonly seconds: number | null;
}

/** What is missing of a shard below its cursor, as of its last checkpoint. It can be turned into JSON. */
export interface ShardGaps {
  readonly shard: number;
  /** Everything else up to here is published. */
  readonly cursor: number;
  /** The missing numbers, both ends included. Those of many gaps may be summed up in wider ranges. */
  readonly ranges: readonly { readonly from: number; readonly to: number }[];
  /** Who could still bring them, the longest open first. A gap that nobody holds is closed by the next reads. */
  readonly holders: readonly GapHolder[];
}

/** Shards with gaps or with open transactions that could leave one. */
export async function gaps(db: Queryable, schema: string): Promise<ShardGaps[]> {
  const { rows } = await db.query(gapsOfShards(schema));
  return rows
    .map(({ shard, cursor, holes, holders }) => ({ shard, cursor, ranges: parseMultirange(holes), holders }))
    .filter(({ ranges, holders }) => ranges.length > 0 || holders.length > 0);
}
