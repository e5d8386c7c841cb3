/**
 * The sequence of each shard beside the newest number that is used: by a row, which the primary key finds from its end, by
 * a parked copy, or by the checkpoint, which outlives the rows. `first` is the lowest number of a row. A sequence that
 * handed out nothing on this server is at null, and so is the checkpoint that is not there. To a login that may not read it
 * Postgres answers null as well: `readable` tells the two apart.
 */
export const inspectSequences = (schema: string): string => `
SELECT
  n::int AS shard, s.name,
  q.seqrelid IS NOT NULL AND q.seqcache = 1 AND q.seqincrement = 1 AND NOT q.seqcycle AS dense,
  has_sequence_privilege(q.seqrelid, 'USAGE, SELECT') AS readable,
  pg_sequence_last_value(q.seqrelid)::float8 AS last,
  k.cursor::float8 AS cursor,
  (SELECT m.seq::float8 FROM ${schema}.message AS m WHERE m.shard = n ORDER BY m.seq LIMIT 1) AS first,
  greatest(
    0,
    k.cursor,
    upper(k.holes) - 1,
    (SELECT m.seq FROM ${schema}.message AS m WHERE m.shard = n ORDER BY m.seq DESC LIMIT 1),
    (SELECT max(p.seq) FROM ${schema}.parked_message AS p WHERE p.shard = n)
  )::float8 AS used
FROM ${schema}.config AS c
CROSS JOIN generate_series(0, c.shards - 1) AS n
CROSS JOIN LATERAL (SELECT ${schema}.sequence_name(c.generation, n, c.shards) AS name) AS s
LEFT JOIN ${schema}.checkpoint AS k ON k.shard = n
LEFT JOIN pg_sequence AS q ON q.seqrelid = to_regclass('${schema}.' || s.name)
ORDER BY n`;
