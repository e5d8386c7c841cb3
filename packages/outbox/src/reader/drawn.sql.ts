/**
 * The newest number drawn of each shard, which says whether a read could find anything, and how much waits. Touches no row
 * of a message, and costs a tenth of an empty read.
 *
 * Nothing but the time of the next read may rest on the answer: it says nothing about which server gave it. A sequence that
 * is gone has no row.
 *
 * $1 shards, $2 oids of their sequences.
 */
export const newestDrawn = (): string => `
SELECT l.shard, pg_sequence_last_value(l.sequence) AS last
FROM unnest($1::smallint[], $2::oid[]) AS l (shard, sequence)
JOIN pg_sequence AS q ON q.seqrelid = l.sequence`;
