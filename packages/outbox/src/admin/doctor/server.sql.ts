/** What the server is, and its time. The schema need not be there. */
export const inspectServer = (): string => `
SELECT
  clock_timestamp() AS at, current_setting('server_version_num')::int AS number,
  current_setting('server_version') AS version, pg_is_in_recovery() AS standby`;

/**
 * The sequence of each shard beside the newest number that is used: by a row, which the primary key finds from its end, by
 * a parked copy, or by the checkpoint, which outlives the rows.
 */
export const inspectSequences = (schema: string): string => `
SELECT
  k.shard, s.name,
  q.seqrelid IS NOT NULL AND q.seqcache = 1 AND q.seqincrement = 1 AND NOT q.seqcycle AS dense,
  pg_sequence_last_value(q.seqrelid)::float8 AS last,
  k.cursor::float8 AS cursor,
  greatest(
    k.cursor,
    upper(k.holes) - 1,
    (SELECT m.seq FROM ${schema}.message AS m WHERE m.shard = k.shard ORDER BY m.seq DESC LIMIT 1),
    (SELECT max(p.seq) FROM ${schema}.parked_message AS p WHERE p.shard = k.shard)
  )::float8 AS used
FROM ${schema}.config AS c
CROSS JOIN ${schema}.checkpoint AS k
CROSS JOIN LATERAL (SELECT ${schema}.sequence_name(c.generation, k.shard, c.shards) AS name) AS s
LEFT JOIN pg_sequence AS q ON q.seqrelid = to_regclass('${schema}.' || s.name)
ORDER BY k.shard`;

/** Counters that living relays keep moving. */
export const beats = (schema: string): string =>
  `SELECT coalesce(sum(renewals), 0)::text AS renewals FROM ${schema}.lease`;
