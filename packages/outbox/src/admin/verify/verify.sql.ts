import { isChosen } from '../choice.ts';

/** How far shards are published; taken before the topics' ends are. $1 shard or null for all. */
export const publishedTo = (schema: string): string => `
SELECT k.shard::int AS shard, c.shards::int AS shards, k.cursor::float8 AS cursor, k.holes::text AS holes
FROM ${schema}.config AS c CROSS JOIN ${schema}.checkpoint AS k
WHERE $1::int IS NULL OR k.shard = $1
ORDER BY k.shard`;

/**
 * The messages of a shard that are chosen, in order, so many at a time, by the primary key; and whether each is published:
 * up to the cursor and not in a hole. Parked ones are not: a copy of each is kept.
 *
 * $1 shard, $2 cursor, $3 holes as text, $4 after this number, $5 how many; $6 to $11 the choice.
 */
export const chosenMessages = (schema: string): string => `
SELECT
  m.seq::float8 AS seq, m.id, m.topic, m.key, m.source, m.created_at AS "createdAt",
  extract(epoch FROM m.created_at)::float8 AS seconds,
  m.seq <= $2::bigint AND NOT $3::int8multirange @> m.seq AS published,
  EXISTS (SELECT FROM ${schema}.parked_message AS p WHERE p.shard = m.shard AND p.topic = m.topic AND p.key = m.key AND p.seq = m.seq)
    AS parked
FROM ${schema}.message AS m
WHERE m.shard = $1 AND m.seq > $4::bigint AND ${isChosen('m', 6)}
ORDER BY m.seq LIMIT $5`;

/** The topics and sources of the newest messages of each shard: where messages of lost commits would lie, and whose they are. */
export const namesInUse = (schema: string): string => `
SELECT DISTINCT newest.topic, newest.source
FROM ${schema}.checkpoint AS k
CROSS JOIN LATERAL (
  SELECT m.topic, m.source FROM ${schema}.message AS m WHERE m.shard = k.shard ORDER BY m.seq DESC LIMIT 1000
) AS newest`;

/** Which of these are in the table, parked ones included. By the primary keys. $1 shards, $2 numbers, $3 ids. */
export const whichAreThere = (schema: string): string => `
SELECT n.id
FROM unnest($1::smallint[], $2::bigint[], $3::uuid[]) AS n (shard, seq, id)
WHERE EXISTS (SELECT FROM ${schema}.message AS m WHERE m.shard = n.shard AND m.seq = n.seq AND m.id = n.id)
   OR EXISTS (SELECT FROM ${schema}.parked_message AS p WHERE p.shard = n.shard AND p.seq = n.seq AND p.id = n.id)`;

/** The days, counted since 1970, of which messages are still in the table, by the first and last row of each shard and slot. */
export const daysKept = (schema: string): string => `
SELECT DISTINCT floor(extract(epoch FROM e.created_at) / 86400)::int AS day
FROM ${schema}.checkpoint AS k
CROSS JOIN pg_partition_tree('${schema}.message') AS t
JOIN pg_class AS c ON c.oid = t.relid AND t.isleaf
CROSS JOIN LATERAL (
  (SELECT m.created_at FROM ${schema}.message AS m
   WHERE m.slot = substring(c.relname FROM 'message_slot_(\\d+)$')::smallint AND m.shard = k.shard
   ORDER BY m.seq LIMIT 1)
  UNION ALL
  (SELECT m.created_at FROM ${schema}.message AS m
   WHERE m.slot = substring(c.relname FROM 'message_slot_(\\d+)$')::smallint AND m.shard = k.shard
   ORDER BY m.seq DESC LIMIT 1)
) AS e`;
