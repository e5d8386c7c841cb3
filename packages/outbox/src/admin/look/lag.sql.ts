/**
 * How far each shard is published. Two probes of the primary key for each shard and one for each hole find the oldest
 * message that waits; nothing is counted. To a login that may not read a sequence Postgres answers null, as for one that
 * handed out nothing: `readable` tells the two apart.
 *
 * A display: relays store checkpoints a few times a second, so all of it is that old.
 */
export const lagOfShards = (schema: string): string => `
SELECT
  k.shard, l.owner, k.cursor::float8 AS cursor,
  s.name, has_sequence_privilege(to_regclass('${schema}.' || s.name), 'USAGE, SELECT') AS readable,
  coalesce(pg_sequence_last_value(to_regclass('${schema}.' || s.name)), 0)::float8 AS drawn,
  h.gaps, h.missing::float8 AS missing, o.oldest,
  greatest(0, extract(epoch FROM clock_timestamp() - o.oldest))::float8 AS seconds
FROM ${schema}.config AS c
CROSS JOIN ${schema}.checkpoint AS k
LEFT JOIN ${schema}.lease AS l USING (shard)
CROSS JOIN LATERAL (SELECT ${schema}.sequence_name(c.generation, k.shard, c.shards) AS name) AS s
CROSS JOIN LATERAL (
  SELECT count(*)::int AS gaps, coalesce(sum(upper(hole) - lower(hole)), 0) AS missing FROM unnest(k.holes) AS hole
) AS h
CROSS JOIN LATERAL (
  SELECT min(first.created_at) AS oldest
  FROM (
    SELECT lower(hole) AS low, upper(hole) - 1 AS high FROM unnest(k.holes) AS hole
    UNION ALL
    SELECT k.cursor + 1, 9223372036854775807
  ) AS range
  CROSS JOIN LATERAL (
    SELECT m.created_at FROM ${schema}.message AS m
    WHERE m.shard = k.shard AND m.seq BETWEEN range.low AND range.high
    ORDER BY m.seq LIMIT 1
  ) AS first
) AS o
ORDER BY k.shard`;
