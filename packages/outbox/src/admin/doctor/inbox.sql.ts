/**
 * Positions that need ids of the inbox which are older than its window by more than retention gives grace, though they do not
 * move: of a consumer that stopped, of a key that is parked, of a topic that nobody reads any more. One that lags and moves is
 * none of them. The primary key of the inbox finds the oldest id of a group.
 *
 * $1 how many days ids are kept where no consumer said so.
 */
export const heldInbox = (schema: string): string => `
SELECT p.group_id, p.topic, array_agg(p.partition ORDER BY p.partition) AS partitions, bool_or(p.parked) AS parked,
       max(p.moved_at) AS moved_at, min(oldest.ce_time) AS oldest
FROM ${schema}.consumer_position AS p
CROSS JOIN LATERAL (
  SELECT i.ce_time FROM ${schema}.inbox AS i WHERE i.group_id = p.group_id ORDER BY i.ce_time LIMIT 1
) AS oldest
WHERE p.inbox_from <= oldest.ce_time
  AND oldest.ce_time < clock_timestamp() - coalesce(p.inbox_window, $1 * interval '1 day') - interval '4 days'
  AND (p.parked OR p.moved_at < clock_timestamp() - interval '1 day')
GROUP BY p.group_id, p.topic
ORDER BY p.group_id, p.topic`;
