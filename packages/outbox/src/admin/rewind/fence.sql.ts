/**
 * Locks what is known of how far shards are published, and answers it. Leases first, as a take-over does.
 *
 * $1 shards.
 */
export const lockShards = (schema: string): string => `
SELECT l.shard::int AS shard, c.holes::text AS holes
FROM ${schema}.lease AS l JOIN ${schema}.checkpoint AS c USING (shard)
WHERE l.shard = ANY ($1::smallint[])
ORDER BY l.shard
FOR UPDATE`;

/**
 * Gives shards other holes, and takes them from the relays that hold them: whoever takes one next begins with these holes.
 *
 * Safe beside a relay at work, for the same reasons as a take-over: with the epoch it can store no checkpoint and park
 * nothing any more; without its token it drops its memory with the next read. What it has sent and not stored is sent again.
 *
 * $1 shards, $2 their holes as text.
 */
export const rewindShards = (schema: string): string => `
WITH fenced AS (
  UPDATE ${schema}.lease AS l SET owner = NULL, epoch = greatest(l.epoch, c.epoch) + 1, renewals = l.renewals + 1
  FROM ${schema}.checkpoint AS c
  WHERE c.shard = l.shard AND l.shard = ANY ($1::smallint[])
  RETURNING l.shard, l.epoch
),
forgotten AS (
  DELETE FROM ${schema}.lease_token WHERE shard = ANY ($1::smallint[])
)
UPDATE ${schema}.checkpoint AS c SET epoch = fenced.epoch, holes = n.holes::int8multirange
FROM fenced JOIN unnest($1::smallint[], $2::text[]) AS n (shard, holes) USING (shard)
WHERE c.shard = fenced.shard`;
