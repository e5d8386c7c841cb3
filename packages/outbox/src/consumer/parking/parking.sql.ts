import { quoteSchema } from '../../database/schema-name.ts';

/**
 * The statements of parking and redrive, for the schema its tables are in.
 *
 * All but `refuse` run while the row of the partition's position is locked by the same transaction, and after the statement
 * that locked it. So they see everything an owner before them committed, and nobody else parks or brings back meanwhile.
 * $1 group, $2 topic, $3 partition, unless said otherwise.
 */
export interface ParkingStatements {
  readonly hold: string;
  readonly mark: string;
  readonly marked: string;
  readonly store: string;
  readonly remember: string;
  readonly wanted: string;
  readonly load: string;
  readonly forget: string;
  readonly survived: string;
  readonly unmark: string;
  readonly settle: string;
  readonly refuse: string;
}

export function parkingStatements(schemaName: string): ParkingStatements {
  const schema = quoteSchema(schemaName);
  return {
    // A redrive moves no position: it only keeps out whoever believes to own the partition as well. NOWAIT as with a batch.
    hold: `
SELECT parked, inbox_from::text AS inbox_from FROM ${schema}.consumer_position
WHERE group_id = $1 AND topic = $2 AND partition = $3 FOR UPDATE NOWAIT`,

    // $4 key, $5 reason, $6 code, $7 issues, $8 attempts. A key that is parked keeps its first reason. Keys are found by their
    // digest, here and below: an index cannot hold a long one.
    mark: `
WITH marked AS (
  INSERT INTO ${schema}.consumer_parked_key (group_id, topic, partition, key, reason, code, issues, attempts)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT DO NOTHING
)
UPDATE ${schema}.consumer_position SET parked = true WHERE group_id = $1 AND topic = $2 AND partition = $3`,

    // $4 keys: which of them are parked. By the primary key.
    marked: `
SELECT key FROM ${schema}.consumer_parked_key
WHERE group_id = $1 AND topic = $2 AND partition = $3
  AND key_digest = ANY (ARRAY(SELECT sha256(given.key) FROM unnest($4::bytea[]) AS given (key)))`,

    // $4 keys, $5 offsets, $6 whether each has none, $7 values, $8 headers. A position that was turned back brings the same
    // message again: it lies there already. A topic that was made anew brings another one at the same offset, which must not
    // be taken for it: answers the first such offset. Clients differ in the order in which they hand over headers.
    store: `
WITH given AS MATERIALIZED (
  SELECT * FROM unnest($4::bytea[], $5::bigint[], $6::boolean[], $7::bytea[], $8::json[])
    AS m (key, "offset", keyless, value, headers)
), stored AS (
  INSERT INTO ${schema}.consumer_parked_message (group_id, topic, partition, key, "offset", keyless, value, headers)
  SELECT $1, $2, $3, m.key, m."offset", m.keyless, m.value, m.headers FROM given AS m
  ON CONFLICT DO NOTHING
)
SELECT min(m."offset")::text AS taken
FROM given AS m
JOIN ${schema}.consumer_parked_message AS p
  ON p.group_id = $1 AND p.topic = $2 AND p.partition = $3 AND p.key_digest = sha256(m.key) AND p."offset" = m."offset"
WHERE p.value IS DISTINCT FROM m.value
   OR ARRAY(SELECT h::text COLLATE "C" FROM json_array_elements(p.headers) AS h ORDER BY 1)
      <> ARRAY(SELECT h::text COLLATE "C" FROM json_array_elements(m.headers) AS h ORDER BY 1)`,

    // $1 group, $2 times, $3 ids, $4 from when on ids are sure to be there: what a claim does where no key is parked.
    remember: `SELECT fresh, stale FROM ${schema}.remember($1, $2::timestamptz[], $3::text[], $4::timestamptz)`,

    // $4 key. A row when it is asked for still.
    wanted: `
SELECT FROM ${schema}.consumer_parked_key
WHERE group_id = $1 AND topic = $2 AND partition = $3 AND key_digest = sha256($4::bytea) AND redrive`,

    // $4 key, $5 how many at the most, $6 in how many bytes, but for the first. Locked: who discards one of them waits, and finds
    // it handled or still there. The sizes are known without reading the values.
    load: `
WITH first AS MATERIALIZED (
  SELECT "offset", coalesce(octet_length(value), 0) + pg_column_size(headers) AS bytes FROM ${schema}.consumer_parked_message
  WHERE group_id = $1 AND topic = $2 AND partition = $3 AND key_digest = sha256($4::bytea)
  ORDER BY "offset" LIMIT $5
), upto AS MATERIALIZED (
  SELECT max("offset") AS last FROM (
    SELECT "offset", bytes, sum(bytes) OVER (ORDER BY "offset") - bytes AS ahead FROM first
  ) AS sums WHERE ahead = 0 OR ahead + bytes <= $6
)
SELECT key, "offset", keyless, value, headers, discarded, admitted FROM ${schema}.consumer_parked_message
WHERE group_id = $1 AND topic = $2 AND partition = $3 AND key_digest = sha256($4::bytea) AND "offset" <= (SELECT last FROM upto)
ORDER BY "offset" FOR UPDATE`,

    // $4 key, $5 the last offset that is done.
    forget: `
DELETE FROM ${schema}.consumer_parked_message
WHERE group_id = $1 AND topic = $2 AND partition = $3 AND key_digest = sha256($4::bytea) AND "offset" <= $5`,

    // $4 key. In the transaction of what was brought back: these messages killed nobody.
    survived: `
UPDATE ${schema}.consumer_parked_key SET crashes = 0, tried_by = NULL
WHERE group_id = $1 AND topic = $2 AND partition = $3 AND key_digest = sha256($4::bytea)`,

    // $4 key. Takes the mark off when nothing of the key is parked any more.
    unmark: `
DELETE FROM ${schema}.consumer_parked_key
WHERE group_id = $1 AND topic = $2 AND partition = $3 AND key_digest = sha256($4::bytea)
  AND NOT EXISTS (
    SELECT FROM ${schema}.consumer_parked_message
    WHERE group_id = $1 AND topic = $2 AND partition = $3 AND key_digest = sha256($4::bytea)
  )`,

    // After `unmark`, in a statement of its own: it sees what that one left.
    settle: `
UPDATE ${schema}.consumer_position SET parked = false
WHERE group_id = $1 AND topic = $2 AND partition = $3 AND parked
  AND NOT EXISTS (SELECT FROM ${schema}.consumer_parked_key WHERE group_id = $1 AND topic = $2 AND partition = $3)`,

    // $4 key, $5 reason, $6 code, $7 issues, $8 the offset of the message that failed again: if it was handled meanwhile, or
    // given up, there is nothing to say about it. A statement of its own, under no lock: it stops nobody and moves nothing.
    refuse: `
UPDATE ${schema}.consumer_parked_key
SET redrive = false, reason = $5, code = $6, issues = $7, attempts = attempts + 1, crashes = 0, tried_by = NULL
WHERE group_id = $1 AND topic = $2 AND partition = $3 AND key_digest = sha256($4::bytea)
  AND EXISTS (
    SELECT FROM ${schema}.consumer_parked_message
    WHERE group_id = $1 AND topic = $2 AND partition = $3 AND key_digest = sha256($4::bytea) AND "offset" = $8 AND NOT discarded
  )`,
  };
}
