import { quoteSchema } from '../../database/schema-name.ts';

/**
 * The statements that count crashes. Each is a transaction of its own: what it writes has to outlive the process. They stop
 * nobody and move nothing; at worst two who both believe to own a partition count a crash too many.
 * $1 group, $2 topic, $3 partition, $4 the consumer.
 */
export interface DoubtStatements {
  readonly begin: string;
  readonly try: string;
  readonly tryRedrive: string;
  readonly returned: string;
  readonly redriveReturned: string;
  readonly leave: string;
}

export function doubtStatements(schemaName: string): DoubtStatements {
  const schema = quoteSchema(schemaName);
  return {
    // $5 the position. Answers whether another consumer began at this very position and did not leave in peace. One that
    // came further is not suspected: if a message killed it, the next one is killed before it comes further.
    begin: `
WITH before AS (
  SELECT owner, began_at FROM ${schema}.consumer_doubt WHERE group_id = $1 AND topic = $2 AND partition = $3
), begun AS (
  INSERT INTO ${schema}.consumer_doubt (group_id, topic, partition, owner, began_at) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (group_id, topic, partition) DO UPDATE SET owner = excluded.owner, began_at = excluded.began_at
)
SELECT EXISTS (SELECT FROM before WHERE owner <> $4::uuid AND began_at = $5::bigint) AS doubt`,

    // $5 the offset that is tried next. Answers how many consumers began to try it and ended in its midst. Tries that end
    // with an error are not among them (see returned). Where several believe to own the
    // partition only the one that began last writes, and only while nobody is at work in it (SKIP LOCKED): one that lives and
    // holds the lock did not end. Else no row is answered, and whether there is anything to try the claim says.
    try: `
WITH free AS MATERIALIZED (
  SELECT FROM ${schema}.consumer_position WHERE group_id = $1 AND topic = $2 AND partition = $3 FOR UPDATE SKIP LOCKED
)
UPDATE ${schema}.consumer_doubt SET
  crashes = CASE WHEN tried_at = $5::bigint THEN crashes + (tried_by IS NOT NULL AND tried_by <> $4::uuid)::int ELSE 0 END,
  tried_at = $5::bigint,
  tried_by = $4::uuid
FROM free
WHERE group_id = $1 AND topic = $2 AND partition = $3 AND owner = $4::uuid
RETURNING crashes`,

    // The same for the key that a redrive takes next, the one parked longest; no row when none is asked for. $5 keys that have
    // to wait: they are passed over. Only the one that began last counts and is counted; another that also believes to own the
    // partition may redrive, and leaves no trace here.
    tryRedrive: `
WITH mine AS (
  SELECT EXISTS (
    SELECT FROM ${schema}.consumer_doubt WHERE group_id = $1 AND topic = $2 AND partition = $3 AND owner = $4::uuid
  ) AS is_mine
)
UPDATE ${schema}.consumer_parked_key SET
  crashes = crashes + (is_mine AND tried_by IS NOT NULL AND tried_by <> $4::uuid)::int,
  tried_by = CASE WHEN is_mine THEN $4::uuid ELSE tried_by END
FROM mine
WHERE group_id = $1 AND topic = $2 AND partition = $3 AND key_digest = (
  SELECT key_digest FROM ${schema}.consumer_parked_key
  WHERE group_id = $1 AND topic = $2 AND partition = $3 AND redrive AND key <> ALL ($5::bytea[])
  ORDER BY parked_at, key LIMIT 1
)
RETURNING key, crashes, (
  SELECT min(m."offset")::text FROM ${schema}.consumer_parked_message AS m
  WHERE m.group_id = $1 AND m.topic = $2 AND m.partition = $3 AND m.key_digest = consumer_parked_key.key_digest
    AND NOT m.discarded
) AS first_offset`,

    // The try that was written down last ended with an error: whatever kills the process from now on, it is not this message.
    returned: `
UPDATE ${schema}.consumer_doubt SET tried_by = NULL
WHERE group_id = $1 AND topic = $2 AND partition = $3 AND tried_by = $4::uuid`,

    // $5 key. The same for a redrive.
    redriveReturned: `
UPDATE ${schema}.consumer_parked_key SET tried_by = NULL
WHERE group_id = $1 AND topic = $2 AND partition = $3 AND tried_by = $4::uuid AND key_digest = sha256($5::bytea)`,

    // Whoever leaves in peace was not killed by what it tried last.
    leave: `
WITH redriven AS (
  UPDATE ${schema}.consumer_parked_key SET tried_by = NULL
  WHERE group_id = $1 AND topic = $2 AND partition = $3 AND tried_by = $4::uuid
)
UPDATE ${schema}.consumer_doubt SET owner = nullif(owner, $4::uuid), tried_by = nullif(tried_by, $4::uuid)
WHERE group_id = $1 AND topic = $2 AND partition = $3 AND (owner = $4::uuid OR tried_by = $4::uuid)`,
  };
}
