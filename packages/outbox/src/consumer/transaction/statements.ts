import { quoteSchema } from '../../database/schema-name.ts';

/** The statements of the consumer, for the schema its tables are in. */
export interface Statements {
  readonly begin: string;
  readonly claim: string;
  readonly keepUp: string;
  readonly createPositions: string;
  readonly readPositions: string;
  readonly movePosition: string;
  readonly notePositions: string;
  readonly restartPosition: string;
}

export function consumerStatements(schemaName: string, longestMs: number): Statements {
  const schema = quoteSchema(schemaName);
  return {
    // A consumer that is frozen, killed or has given up holds its partition's position locked until Postgres ends what it began.
    begin: `BEGIN ISOLATION LEVEL READ COMMITTED; SELECT ${schema}.bound_transaction(${longestMs})`,

    // $1 group, $2 topic, $3 partition, $4 expected position, $5 next position, $6 times, $7 ids of the events between,
    // $8 how long ids are kept. What it does, and why it is safe, stands with the function (0010_cheaper_claim.sql).
    claim: `
SELECT next_offset, moved, parked, inbox_from::text AS inbox_from, fresh, stale
FROM ${schema}.claim($1, $2, $3, $4, $5, $6::timestamptz[], $7::text[], $8::interval)`,

    // $1 group, $2 topics, $3 partitions, $4 their positions, $5 how long ids are kept: partitions that were read to their end,
    // of which those are meant that did not move for a day. No time can be followed there, and one that stands still keeps the
    // ids of its whole group: so the clock is followed. What is at work is passed by.
    keepUp: `
UPDATE ${schema}.consumer_position AS position
SET inbox_from = date_trunc('day', clock_timestamp(), 'UTC') - $5::interval
FROM (
  SELECT p.topic, p.partition FROM ${schema}.consumer_position AS p
  JOIN unnest($2::text[], $3::int[], $4::bigint[]) AS given (topic, partition, next_offset) USING (topic, partition, next_offset)
  WHERE p.group_id = $1 AND NOT p.parked AND p.moved_at < clock_timestamp() - interval '1 day'
    AND p.inbox_from < date_trunc('day', clock_timestamp(), 'UTC') - $5::interval
  FOR UPDATE OF p SKIP LOCKED
) AS still
WHERE position.group_id = $1 AND position.topic = still.topic AND position.partition = still.partition`,

    // $1 group, $2 topic, $3 partitions, $4 their positions, $5 the topic's id or null, $6 how long ids are kept. A position that
    // exists stays. Keys that are parked stay so when
    // a position was removed.
    //
    // ON CONFLICT alone would wait for the end of every batch at work in another partition of the topic, since each has
    // just updated its row. Rows that exist are left out beforehand; the conflict is left for two who create at once.
    createPositions: `
INSERT INTO ${schema}.consumer_position (group_id, topic, partition, next_offset, topic_id, inbox_window, parked)
SELECT $1, $2, partition, next_offset, $5, $6::interval, EXISTS (
  SELECT FROM ${schema}.consumer_parked_key AS key
  WHERE key.group_id = $1 AND key.topic = $2 AND key.partition = given.partition
)
FROM unnest($3::int[], $4::bigint[]) AS given (partition, next_offset)
WHERE NOT EXISTS (
  SELECT FROM ${schema}.consumer_position AS existing
  WHERE existing.group_id = $1 AND existing.topic = $2 AND existing.partition = given.partition
)
ORDER BY partition
ON CONFLICT DO NOTHING`,

    // $1 group. Served by consumer_position_pkey; only where something is parked are the keys of it counted, by theirs.
    readPositions: `
SELECT position.topic, position.partition, position.next_offset, position.topic_id,
       coalesce(keys.parked, 0) AS parked_keys, coalesce(keys.redrive, false) AS redrive
FROM ${schema}.consumer_position AS position
LEFT JOIN LATERAL (
  SELECT count(*)::int AS parked, bool_or(key.redrive) AS redrive FROM ${schema}.consumer_parked_key AS key
  WHERE key.group_id = position.group_id AND key.topic = position.topic AND key.partition = position.partition
) AS keys ON position.parked
WHERE position.group_id = $1`,

    // $1 group, $2 topic, $3 partition, $4 expected position, $5 new position. Moves nothing somebody else has moved.
    movePosition: `
UPDATE ${schema}.consumer_position SET next_offset = $5, moved_at = clock_timestamp()
WHERE group_id = $1 AND topic = $2 AND partition = $3 AND next_offset = $4`,

    // $1 group, $2 topic, $3 the topic's id or null, $4 how long ids are kept. An id that is known stays: another one is a reason to
    // stop. What is at work is passed by, until it is opened again.
    notePositions: `
UPDATE ${schema}.consumer_position AS position
SET topic_id = coalesce(position.topic_id, $3), inbox_window = $4::interval
FROM (
  SELECT p.partition FROM ${schema}.consumer_position AS p
  WHERE p.group_id = $1 AND p.topic = $2
    AND (p.inbox_window IS DISTINCT FROM $4::interval OR (p.topic_id IS NULL AND $3::text IS NOT NULL))
  FOR UPDATE SKIP LOCKED
) AS other
WHERE position.group_id = $1 AND position.topic = $2 AND position.partition = other.partition`,

    // $1 group, $2 topic, $3 partition, $4 expected position, $5 new position, $6 the id of the topic it is in, or null.
    restartPosition: `
UPDATE ${schema}.consumer_position SET next_offset = $5, topic_id = $6, moved_at = clock_timestamp()
WHERE group_id = $1 AND topic = $2 AND partition = $3 AND next_offset = $4`,
  };
}
