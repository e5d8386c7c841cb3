/**
 * The newest number drawn of each shard: how much waits, while there is no room to read it. Touches no row of a message.
 * Nothing but a display may rest on the answer: it says nothing about which server gave it.
 *
 * $1 shards, $2 oids of their sequences.
 */
export const newestDrawn = (): string => `
SELECT l.shard, pg_sequence_last_value(l.sequence) AS last
FROM unnest($1::smallint[], $2::oid[]) AS l (shard, sequence)
JOIN pg_sequence AS q ON q.seqrelid = l.sequence`;
