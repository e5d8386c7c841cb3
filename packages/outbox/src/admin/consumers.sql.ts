/**
 * What consumers have parked, the longest parked first: few keys at any time. Messages are counted by the primary key.
 *
 * $1 group or null for all, $2 topic or null, $3 key or null.
 */
export const listParkedByConsumers = (schema: string): string => `
SELECT p.group_id, p.topic, p.partition, p.key, p.reason, p.code, p.issues, p.attempts, p.parked_at, p.redrive,
       m.messages, m.discarded, m.first_offset
FROM ${schema}.consumer_parked_key AS p
CROSS JOIN LATERAL (
  SELECT count(*)::int AS messages, (count(*) FILTER (WHERE discarded))::int AS discarded,
         (min("offset") FILTER (WHERE NOT discarded))::text AS first_offset
  FROM ${schema}.consumer_parked_message AS m
  WHERE m.group_id = p.group_id AND m.topic = p.topic AND m.partition = p.partition AND m.key_digest = p.key_digest
) AS m
WHERE ($1::text IS NULL OR p.group_id = $1) AND ($2::text IS NULL OR p.topic = $2) AND ($3::bytea IS NULL OR p.key_digest = sha256($3))
ORDER BY p.parked_at, p.group_id, p.topic, p.partition, p.key`;

/**
 * Asks for parked keys to be brought back; the consumer that owns the partition sees it within half a second or so. Again:
 * the same. A key whose first message failed again just now loses the mark, and is asked for once more.
 *
 * $1 to $3 as above.
 */
export const requestRedriveByConsumers = (schema: string): string => `
UPDATE ${schema}.consumer_parked_key SET redrive = true
WHERE ($1::text IS NULL OR group_id = $1) AND ($2::text IS NULL OR topic = $2) AND ($3::bytea IS NULL OR key_digest = sha256($3))
RETURNING group_id, topic, partition, key`;

/**
 * Gives parked messages up. A redrive that is at work on one of them holds its row: this waits for its end, and then
 * answers only for what is still parked. The row itself goes with the next redrive, which writes it into the inbox, so
 * that no copy of it is handled either.
 *
 * $1 group, $2 topic, $3 key, $4 offset or null for all that are parked now.
 */
export const discardParked = (schema: string): string => `
UPDATE ${schema}.consumer_parked_message SET discarded = true
WHERE group_id = $1 AND topic = $2 AND key_digest = sha256($3::bytea) AND ($4::bigint IS NULL OR "offset" = $4) AND NOT discarded
RETURNING partition, "offset"::text`;

/**
 * Says of parked messages that they were not handled, however old they are. Waits for a redrive as above; a redrive has to be
 * asked for besides.
 *
 * $1 to $4 as above.
 */
export const admitParked = (schema: string): string => `
UPDATE ${schema}.consumer_parked_message SET admitted = true
WHERE group_id = $1 AND topic = $2 AND key_digest = sha256($3::bytea) AND ($4::bigint IS NULL OR "offset" = $4) AND NOT admitted
RETURNING partition, "offset"::text`;

/**
 * Which parked messages would be given up, or admitted: those that are not yet. Locks nothing.
 *
 * $1 to $4 as above.
 */
export const wouldBeMarked = (schema: string, mark: 'discarded' | 'admitted'): string => `
SELECT partition, "offset"::text FROM ${schema}.consumer_parked_message
WHERE group_id = $1 AND topic = $2 AND key_digest = sha256($3::bytea) AND ($4::bigint IS NULL OR "offset" = $4) AND NOT ${mark}
ORDER BY partition, consumer_parked_message."offset"`;

/** Parked messages of a key, as Kafka held them, in order. $1 group, $2 topic, $3 key, $4 how many at the most. */
export const readParkedMessages = (schema: string): string => `
SELECT partition, "offset"::text, keyless, value, headers, discarded, admitted, parked_at
FROM ${schema}.consumer_parked_message
WHERE group_id = $1 AND topic = $2 AND key_digest = sha256($3::bytea)
ORDER BY partition, consumer_parked_message."offset" LIMIT $4`;
