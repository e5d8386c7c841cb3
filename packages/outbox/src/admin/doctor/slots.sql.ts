/**
 * Slots with a row older than it should ever get, whether something in them is not published, and who holds them. The first
 * row of each shard is about its oldest; the primary key finds it. Relays and reads hold a slot for milliseconds, so only
 * transactions that are open for longer count; a prepared one always does.
 *
 * $1 how old in hours; $2 how long a transaction is open in seconds.
 */
export const oldSlots = (schema: string): string => `
SELECT s.slot, o.oldest, s.slot = ${schema}.current_slot() AS current,
  ${schema}.unpublished_in(s.slot) AS unpublished,
  (
    SELECT jsonb_agg(DISTINCT coalesce('session ' || lock.pid, 'a prepared transaction'))
    FROM pg_locks AS lock LEFT JOIN pg_stat_activity AS a ON a.pid = lock.pid
    WHERE lock.locktype = 'relation' AND lock.granted AND lock.relation = s.oid
      AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND lock.pid IS DISTINCT FROM pg_backend_pid()
      AND (lock.pid IS NULL OR a.xact_start < clock_timestamp() - interval '1 second' * $2)
  ) AS holders
FROM (
  SELECT substring(c.relname FROM 'message_slot_(\\d+)$')::smallint AS slot, c.oid
  FROM pg_partition_tree('${schema}.message') AS t JOIN pg_class AS c ON c.oid = t.relid
  WHERE t.isleaf
) AS s
CROSS JOIN LATERAL (
  SELECT min(first.created_at) AS oldest
  FROM ${schema}.checkpoint AS k
  CROSS JOIN LATERAL (
    SELECT m.created_at FROM ${schema}.message AS m WHERE m.slot = s.slot AND m.shard = k.shard ORDER BY m.seq LIMIT 1
  ) AS first
) AS o
WHERE o.oldest < clock_timestamp() - interval '1 hour' * $1
ORDER BY s.slot`;
