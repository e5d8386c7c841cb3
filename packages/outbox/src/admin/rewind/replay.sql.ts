import { isChosen } from '../choice.ts';

/** The shards that are chosen. $1 shard or null for all. */
export const shardsChosen = (schema: string): string =>
  `SELECT shard::int AS shard FROM ${schema}.checkpoint WHERE $1::int IS NULL OR shard = $1 ORDER BY shard`;

/** How far a shard is published. What is published stays so, so this needs no lock. $1 shard. */
export const publishedTo = (schema: string): string =>
  `SELECT cursor::float8 AS cursor, holes::text AS holes FROM ${schema}.checkpoint WHERE shard = $1`;

/**
 * The numbers of a shard that are chosen and published: up to the cursor, not in a hole, not of a key that is parked, whose
 * redrive is the way to send it. One scan of the primary key.
 *
 * It keeps retention away until its transaction ends: a slot that a transaction has read is not emptied.
 *
 * $1 shard, $2 cursor, $3 holes as text, $4 to $9 the choice.
 */
export const publishedOf = (schema: string): string => `
SELECT count(*)::float8 AS messages, coalesce(range_agg(int8range(m.seq, m.seq + 1)), '{}')::text AS ranges
FROM ${schema}.message AS m
WHERE m.shard = $1 AND m.seq <= $2::bigint AND NOT $3::int8multirange @> m.seq
  AND ${isChosen('m', 4)}
  AND NOT EXISTS (
    SELECT FROM ${schema}.parked_key AS p WHERE p.shard = m.shard AND p.topic = m.topic AND p.key = m.key
  )`;

/** How many messages lie in some holes and not in others. $1 shard, $2 the holes, $3 the others, as text. */
export const countIn = (schema: string): string => `
SELECT count(*)::float8 AS messages
FROM unnest($2::int8multirange - $3::int8multirange) AS hole
JOIN ${schema}.message AS m ON m.shard = $1 AND m.seq >= lower(hole) AND m.seq < upper(hole)`;
