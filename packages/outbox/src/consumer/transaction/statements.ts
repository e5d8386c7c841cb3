import { quoteSchema } from '../../database/schema-name.ts';

/** The statements of the consumer, for the schema its tables are in. */
export interface Statements {
  readonly begin: string;
  readonly claim: string;
  readonly keepUp: string;
  readonly createPositions: string;
  readonly readPositions: string;
  readonly movePosition: string;
}

export function consumerStatements(schemaName: string, idleInTransactionMs: number): Statements {
  const schema = quoteSchema(schemaName);
  return {
    // A consumer that is frozen in a transaction holds its partition's position locked. Postgres ends its session after
    // this time, so that its successor can go on. Local to the transaction: nothing is left behind in a pooled session.
    begin: `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = ${idleInTransactionMs}`,

    // $1 group, $2 topic, $3 partition, $4 expected position, $5 next position, $6 times, $7 ids of the messages between,
    // $8 how long ids are kept. The last time is that of the last message.
    //
    // Answers one row: where the position was, whether it moved, whether any key of the partition is parked, and which of
    // the messages (1 = first) nobody of this group has handled yet, and which of these are so old that nobody can know (`stale`):
    // ids from before `inbox_from` may be gone. Where a key is parked it answers none of them and puts
    // none into the inbox: which of them may be handled is asked next, under the lock this statement took. `parked` stands
    // in the locked row, which is read as it is when the lock is had, not as it was when the statement began.
    //
    // Two consumers may believe they own the partition: Kafka tells the old one late, and a frozen one wakes up later
    // still. The row of the position is locked until the transaction ends, so one of them works at a time, and it is
    // moved only from where this consumer believes it to be. Whoever comes second finds it moved and does nothing. So no
    // message between two positions is handled twice, and no position goes back, however many owners there are.
    // NOWAIT (55P03): the second does not queue behind the first; it looks again later, without holding a connection.
    //
    // The inbox rows are for copies of a message at other offsets. A copy in flight elsewhere makes the INSERT wait for
    // its transaction's end; sorted, two of them cannot wait for each other. "held", "moved" and "fresh" run once each,
    // in this order, each feeding the next.
    //
    // `inbox_from` follows the time of the last message, by whole days, so that ids can be removed (0009_inbox_retention.sql).
    // The clock only keeps a message from the future from moving it too far. As long as a key is parked it stays: what is
    // parked may be brought back as late as you like.
    //
    // Served by consumer_position_pkey and the primary key of one slot of the inbox.
    claim: `
WITH held AS MATERIALIZED (
  SELECT next_offset, parked, inbox_from FROM ${schema}.consumer_position
  WHERE group_id = $1 AND topic = $2 AND partition = $3
  FOR UPDATE NOWAIT
), moved AS (
  UPDATE ${schema}.consumer_position AS position SET
    next_offset = $5::bigint,
    moved_at = clock_timestamp(),
    inbox_from = CASE WHEN held.parked OR cardinality($6::timestamptz[]) = 0 THEN held.inbox_from ELSE greatest(
      held.inbox_from,
      date_trunc('day', least(($6::timestamptz[])[cardinality($6::timestamptz[])], clock_timestamp()), 'UTC') - $8::interval
    ) END
  FROM held
  WHERE position.group_id = $1 AND position.topic = $2 AND position.partition = $3 AND held.next_offset = $4::bigint
  RETURNING 1
), message AS (
  SELECT ce_time, id, min(place) AS place
  FROM unnest($6::timestamptz[], $7::text[]) WITH ORDINALITY AS given (ce_time, id, place)
  GROUP BY ce_time, id
), fresh AS (
  INSERT INTO ${schema}.inbox (group_id, slot, ce_time, id)
  SELECT $1, ${schema}.inbox_slot(ce_time), ce_time, id FROM message
  WHERE EXISTS (SELECT FROM moved) AND NOT EXISTS (SELECT FROM held WHERE parked)
  ORDER BY ce_time, id
  ON CONFLICT DO NOTHING
  RETURNING ce_time, id
)
SELECT (SELECT next_offset FROM held) AS position,
       EXISTS (SELECT FROM moved) AS moved,
       EXISTS (SELECT FROM held WHERE parked) AS parked,
       (SELECT inbox_from::text FROM held) AS inbox_from,
       ARRAY(SELECT place::int FROM message JOIN fresh USING (ce_time, id) ORDER BY place) AS fresh,
       ARRAY(
         SELECT place::int FROM message JOIN fresh USING (ce_time, id) JOIN held ON ce_time < held.inbox_from ORDER BY place
       ) AS stale`,

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

    // $1 group, $2 topic, $3 partitions, $4 their positions. A position that exists stays. Keys that are parked stay so when
    // a position was removed.
    //
    // ON CONFLICT alone would wait for the end of every batch at work in another partition of the topic, since each has
    // just updated its row. Rows that exist are left out beforehand; the conflict is left for two who create at once.
    createPositions: `
INSERT INTO ${schema}.consumer_position (group_id, topic, partition, next_offset, parked)
SELECT $1, $2, partition, next_offset, EXISTS (
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
SELECT position.topic, position.partition, position.next_offset,
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
  };
}
