/** How far each group is in each partition that one of its consumers has opened. Groups and partitions are few. */
export const positionsOfConsumers = (schema: string): string => `
SELECT
  p.group_id, p.topic, p.partition, p.next_offset::text AS position, p.moved_at,
  (
    SELECT count(*)::int FROM ${schema}.consumer_parked_key AS k
    WHERE k.group_id = p.group_id AND k.topic = p.topic AND k.partition = p.partition
  ) AS parked_keys
FROM ${schema}.consumer_position AS p`;
