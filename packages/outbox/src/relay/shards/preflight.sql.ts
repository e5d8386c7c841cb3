/**
 * What a relay must know before it may work: which server this is, and which sequence belongs to each shard. A missing
 * number proves something only while a sequence hands out every number at once (CACHE 1, INCREMENT 1, NO CYCLE). A login
 * that may not read a sequence is answered NULL for its last value, as if nothing had been drawn.
 */
export const inspectSchema = (schema: string): string => `
SELECT
  pg_is_in_recovery() AS standby,
  (SELECT max(version) FROM ${schema}.migration) AS version,
  c.system_identifier = (SELECT system_identifier FROM pg_control_system()) AS home,
  (
    SELECT jsonb_agg(jsonb_build_object(
      'shard', n, 'name', s.name, 'oid', q.seqrelid::bigint,
      'dense', q.seqcache = 1 AND q.seqincrement = 1 AND NOT q.seqcycle,
      'readable', has_sequence_privilege(q.seqrelid, 'USAGE, SELECT')
    ))
    FROM generate_series(0, c.shards - 1) AS n
    CROSS JOIN LATERAL (SELECT ${schema}.sequence_name(c.generation, n, c.shards) AS name) AS s
    LEFT JOIN pg_sequence AS q ON q.seqrelid = to_regclass('${schema}.' || s.name)
  ) AS sequences
FROM ${schema}.config AS c`;
