/**
 * The parked keys, the longest parked first, with how many messages lie there and the first of them. Few keys are parked
 * at any time; their messages are counted by the primary key.
 */
export const listParked = (schema: string): string => `
SELECT p.topic, p.key, p.shard, p.reason, p.parked_at, p.redrive, m.messages, m.first_id
FROM ${schema}.parked_key AS p
CROSS JOIN LATERAL (
  SELECT count(*)::int AS messages, (array_agg(m.id ORDER BY m.seq))[1] AS first_id
  FROM ${schema}.parked_message AS m WHERE m.shard = p.shard AND m.topic = p.topic AND m.key = p.key
) AS m
ORDER BY p.parked_at, p.topic, p.key`;

/**
 * Asks for parked keys to be sent again; the owner of each shard sees it within a fraction of the lease time. Again: the
 * same. A key whose owner was refused just now loses the mark, and is asked for once more.
 *
 * $1 topic or null for all, $2 key or null for all.
 */
export const requestRedrive = (schema: string): string => `
UPDATE ${schema}.parked_key SET redrive = true
WHERE ($1::text IS NULL OR topic = $1) AND ($2::text IS NULL OR key = $2)
RETURNING topic, key`;
