/**
 * The numbers missing of each shard, and the transactions that could still bring them: those that hold the shard's
 * sequence, which each locks from its first draw to its end. A prepared one has no session; it is known by its transaction
 * id. What another login runs, and since when, is only told to members of pg_read_all_stats; null to everybody else.
 *
 * Own lock left out: pg_sequence_last_value locks as a writer does.
 */
export const gapsOfShards = (schema: string): string => `
WITH lane AS MATERIALIZED (
  SELECT k.shard, k.cursor, k.holes, to_regclass('${schema}.' || s.name) AS sequence
  FROM ${schema}.config AS c
  CROSS JOIN ${schema}.checkpoint AS k
  CROSS JOIN LATERAL (SELECT ${schema}.sequence_name(c.generation, k.shard, c.shards) AS name) AS s
),
holder AS MATERIALIZED (
  SELECT
    lock.relation, lock.pid, p.gid, a.usename, a.application_name, a.state,
    coalesce(p.prepared, a.xact_start) AS since
  FROM pg_locks AS lock
  LEFT JOIN pg_stat_activity AS a ON a.pid = lock.pid
  LEFT JOIN pg_locks AS own
    ON lock.pid IS NULL AND own.pid IS NULL AND own.locktype = 'transactionid'
    AND own.virtualtransaction = lock.virtualtransaction
  LEFT JOIN pg_prepared_xacts AS p ON p.transaction = own.transactionid
  WHERE lock.locktype = 'relation' AND lock.mode = 'RowExclusiveLock' AND lock.granted
    AND lock.relation IN (SELECT sequence FROM lane)
    AND lock.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND lock.pid IS DISTINCT FROM pg_backend_pid()
)
SELECT
  lane.shard, lane.cursor::float8 AS cursor, lane.holes::text AS holes,
  coalesce((
    SELECT jsonb_agg(jsonb_build_object(
      'pid', h.pid, 'prepared', h.gid, 'login', h.usename, 'application', h.application_name, 'state', h.state,
      'since', to_char(h.since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'seconds', CASE WHEN h.since IS NOT NULL
        THEN greatest(0, round(extract(epoch FROM clock_timestamp() - h.since)::numeric, 3))
      END
    ) ORDER BY h.since NULLS LAST, h.pid)
    FROM holder AS h WHERE h.relation = lane.sequence
  ), '[]') AS holders
FROM lane
ORDER BY lane.shard`;
