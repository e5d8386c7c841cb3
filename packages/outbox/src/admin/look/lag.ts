import type { Queryable } from '../../database/port.ts';
import { assertReadable } from '../rewind/sequences.ts';
import { lagOfShards } from './lag.sql.ts';

/** How far a shard is published, as of its last checkpoint. It can be turned into JSON. */
export interface ShardLag {
  readonly shard: number;
  /** The relay that holds it; null when nobody does. One that was killed stays until another takes over. */
  readonly owner: string | null;
  /** Everything up to here is published, parked or will never exist, but for gaps. */
  readonly cursor: number;
  /** The newest number that was drawn. */
  readonly drawn: number;
  /** Numbers drawn and not published: messages that wait, and numbers whose transactions are open or came to nothing. */
  readonly waiting: number;
  /** Ranges of numbers below the cursor that are missing. */
  readonly gaps: number;
  /** When the oldest message that waits and can be seen was written, RFC 3339, UTC; null without one. */
  readonly oldestAt: string | null;
  /** How long that is ago, by the server's clock. */
  readonly oldestSeconds: number;
}

export async function lag(db: Queryable, schema: string): Promise<ShardLag[]> {
  const { rows } = await db.query(lagOfShards(schema));
  assertReadable(rows);
  return rows.map(({ shard, owner, cursor, drawn, gaps, missing, oldest, seconds }) => ({
    shard,
    owner,
    cursor,
    drawn,
    waiting: Math.max(0, drawn - cursor) + missing,
    gaps,
    oldestAt: oldest?.toISOString() ?? null,
    oldestSeconds: seconds ?? 0,
  }));
}
