/**
 * Topics this outbox writes to, as far as the newest messages of each shard and those that wait tell; and topics that are
 * consumed into it, with how many days their consumers remember at the least, as they said when they opened a partition. The
 * primary key finds the newest messages.
 */
export const topicsInUse = (schema: string): string => `
SELECT topic, bool_or(written) AS written, bool_or(consumed) AS consumed, min(inbox_days) AS inbox_days
FROM (
  SELECT newest.topic, true AS written, false AS consumed, NULL::float8 AS inbox_days
  FROM ${schema}.checkpoint AS k
  CROSS JOIN LATERAL (
    SELECT m.topic FROM ${schema}.message AS m WHERE m.shard = k.shard ORDER BY m.seq DESC LIMIT 1000
  ) AS newest
  UNION ALL
  SELECT p.topic, true, false, NULL FROM ${schema}.parked_key AS p
  UNION ALL
  SELECT p.topic, false, true, extract(epoch FROM p.inbox_window)::float8 / 86400 FROM ${schema}.consumer_position AS p
) AS used
GROUP BY topic ORDER BY topic`;
