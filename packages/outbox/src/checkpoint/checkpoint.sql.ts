/**
 * Stores how far shards are published, many at once.
 *
 * A row is stored only by the holder of its epoch, and only on a server that still has the token of that holder's lease
 * and has not been started again: after a crash or a promotion numbers may start lower, and a cursor from before would
 * step over messages. What is not answered was not stored, and its owner must forget what it remembers.
 *
 * Safe under concurrency: the epoch stands in the row that is updated, so a statement that waited for a take-over sees
 * it. Rows are found by primary key and have room on their page (HOT).
 *
 * $1 shards, $2 epochs, $3 tokens, $4 cursors, $5 holes as text, $6 the server's start.
 */
export const storeCheckpoints = (schema: string): string => `
UPDATE ${schema}.checkpoint AS c SET cursor = n.cursor, holes = n.holes::int8multirange
FROM unnest($1::smallint[], $2::bigint[], $3::uuid[], $4::bigint[], $5::text[]) AS n (shard, epoch, token, cursor, holes)
JOIN ${schema}.lease_token AS t ON t.shard = n.shard AND t.token = n.token
WHERE c.shard = n.shard AND c.epoch = n.epoch
  AND extract(epoch FROM pg_postmaster_start_time())::text = $6
RETURNING c.shard`;
