import { messageColumns } from '../../reader/message.sql.ts';

/**
 * Parks messages: marks their keys and copies their rows, all in one statement. Again: the same.
 *
 * Only the owner of a shard parks. Its epoch stands in the row that is locked, so a statement that waited for a take-over
 * finds another epoch and does nothing, and the next owner, who loads the marks after it took over, sees all of them.
 *
 * Rows are found by the primary key of `message`; those copied before may be gone from there.
 *
 * $1 shard, $2 epoch; $3 topics, $4 keys, $5 reasons of keys to mark; $6 sequence numbers to copy.
 */
export const parkMessages = (schema: string): string => `
WITH own AS (
  SELECT shard FROM ${schema}.checkpoint WHERE shard = $1 AND epoch = $2 FOR UPDATE
),
marked AS (
  INSERT INTO ${schema}.parked_key AS p (shard, topic, key, reason)
  SELECT own.shard, n.topic, n.key, n.reason
  FROM own CROSS JOIN unnest($3::text[], $4::text[], $5::text[]) AS n (topic, key, reason)
  ON CONFLICT (shard, topic, key) DO UPDATE SET reason = excluded.reason, redrive = false
  RETURNING 1
),
copied AS (
  INSERT INTO ${schema}.parked_message (shard, topic, key, seq, id, type, source, headers, payload, created_at)
  SELECT m.shard, m.topic, m.key, m.seq, m.id, m.type, m.source, m.headers, m.payload, m.created_at
  FROM own JOIN ${schema}.message AS m ON m.shard = own.shard AND m.seq = ANY ($6::bigint[])
  ON CONFLICT DO NOTHING
  RETURNING 1
)
SELECT EXISTS (SELECT FROM own) AS stored`;

/** The parked keys of shards. $1 shards. */
export const loadParkedKeys = (schema: string): string => `
SELECT shard, topic, key, reason, redrive, parked_at FROM ${schema}.parked_key WHERE shard = ANY ($1::smallint[])`;

/** The next parked messages of a key, in order, by the primary key. $1 shard, $2 topic, $3 key, $4 how many at the most. */
export const loadParkedMessages = (schema: string): string => `
SELECT ${messageColumns('m')}
FROM ${schema}.parked_message AS m WHERE shard = $1 AND topic = $2 AND key = $3
ORDER BY seq LIMIT $4`;

/**
 * Forgets parked messages that were sent. Safe under concurrency as parking is.
 *
 * $1 shard, $2 epoch, $3 topic, $4 key, $5 sequence numbers.
 */
export const forgetParked = (schema: string): string => `
WITH own AS (
  SELECT shard FROM ${schema}.checkpoint WHERE shard = $1 AND epoch = $2 FOR UPDATE
),
sent AS (
  DELETE FROM ${schema}.parked_message AS m USING own
  WHERE m.shard = own.shard AND m.topic = $3 AND m.key = $4 AND m.seq = ANY ($5::bigint[])
  RETURNING 1
)
SELECT EXISTS (SELECT FROM own) AS stored`;

/**
 * Takes the mark off a key of which nothing is parked any more; the foreign key refuses anything else.
 *
 * $1 shard, $2 epoch, $3 topic, $4 key.
 */
export const unparkKey = (schema: string): string => `
WITH own AS (
  SELECT shard FROM ${schema}.checkpoint WHERE shard = $1 AND epoch = $2 FOR UPDATE
),
unmarked AS (
  DELETE FROM ${schema}.parked_key AS p USING own WHERE p.shard = own.shard AND p.topic = $3 AND p.key = $4
  RETURNING 1
)
SELECT EXISTS (SELECT FROM own) AS stored`;
