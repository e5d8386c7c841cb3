import { messageColumns } from './message.sql.ts';

/**
 * Reads the shards of one relay: for each, the rows of its open gaps and the rows after its cursor, together and in the
 * order of their numbers.
 *
 * One statement, so one snapshot for everything. Read in two statements, a later row of a key could be seen before an
 * earlier one that became visible in between.
 *
 * `holder` looks who holds each shard's sequence. A function scan runs after the statement's snapshot was taken, and a
 * transaction leaves its name when it ends for snapshots, so one that is found here had not ended in the snapshot: its
 * rows are not among those read. That is why a shard with gaps at rest may be read only if the look finds all the
 * transactions they rest on. A prepared transaction (no pid) keeps its name until its locks are gone, a while after its rows
 * became visible: it counts as unfinished only if the snapshot itself says that it was in progress.
 *
 * `last_value` comes from pg_sequence_last_value, which reads the sequence under its buffer's lock. A plain SELECT from
 * the sequence does not: while nextval logs ahead it shows up to 32 numbers that nobody drew yet, and a number that is
 * taken for drawn too early can be given up too early. The function locks the sequence as a writer does, so this
 * statement's own lock is left out of the look.
 *
 * Every answer says which server it came from (`start`, `standby`), which tokens that server still has, and whether the
 * sequences still hand out every number (`dense`). A sequence that is gone is missing among the lanes.
 *
 * Index: the primary key (shard, seq, slot) of each partition; one ordered scan for each range. `seq <= up_to` stops a
 * read before gaps that did not fit into it. Rows are cut off after `max_bytes` without fetching the larger payloads.
 *
 * $1 shard, $2 oid of its sequence, $3 cursor, $4 up to, $5 row limit, $6 transactions rested on (one for each shard);
 * $7 shard, $8 from, $9 to (one for each gap); $10 oids of sequences to look at; $11 max bytes for each shard.
 */
export const readMessages = (schema: string): string => `
WITH lane AS MATERIALIZED (
  SELECT
    l.*, coalesce(pg_sequence_last_value(l.sequence), 0) AS last_value,
    q.seqcache = 1 AND q.seqincrement = 1 AND NOT q.seqcycle AS dense
  FROM unnest($1::smallint[], $2::oid[], $3::bigint[], $4::bigint[], $5::integer[], $6::text[])
    AS l (shard, sequence, cursor, up_to, row_limit, resting)
  JOIN pg_sequence AS q ON q.seqrelid = l.sequence
),
holder AS MATERIALIZED (
  SELECT
    k.relation AS sequence,
    array_agg(k.virtualtransaction) AS running,
    array_agg(k.virtualtransaction) FILTER (WHERE k.pid IS NULL AND NOT EXISTS (
      SELECT FROM pg_locks AS own
      WHERE own.virtualtransaction = k.virtualtransaction AND own.locktype = 'transactionid' AND own.pid IS NULL
        AND own.transactionid::text IN (
          SELECT (xip::text::numeric % 4294967296)::text FROM pg_snapshot_xip(pg_current_snapshot()) AS xip
        )
    )) AS ending
  FROM pg_locks AS k
  WHERE cardinality($10::oid[]) > 0
    AND k.locktype = 'relation' AND k.mode = 'RowExclusiveLock' AND k.granted
    AND k.relation = ANY ($10::oid[])
    AND k.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
    AND k.pid IS DISTINCT FROM pg_backend_pid()
  GROUP BY k.relation
),
gap AS MATERIALIZED (
  SELECT * FROM unnest($7::smallint[], $8::bigint[], $9::bigint[]) AS g (shard, low, high)
)
SELECT ${messageColumns('found')}, found.head
FROM (
  SELECT
    NULL::smallint AS shard, NULL::bigint AS seq, NULL::uuid AS id, NULL::text AS topic, NULL::text AS key,
    NULL::text AS type, NULL::text AS source, NULL::jsonb AS headers, NULL::bytea AS payload,
    NULL::timestamptz AS created_at,
    jsonb_build_object(
      'start', extract(epoch FROM pg_postmaster_start_time())::text,
      'standby', pg_is_in_recovery(),
      'lanes', (
        SELECT jsonb_agg(jsonb_build_object(
          'shard', lane.shard, 'last', lane.last_value, 'dense', lane.dense, 'token', t.token, 'running', h.running,
          'ending', h.ending
        ))
        FROM lane LEFT JOIN holder AS h USING (sequence) LEFT JOIN ${schema}.lease_token AS t ON t.shard = lane.shard
      )
    ) AS head
  UNION ALL
  SELECT
    lane.shard, m.seq, m.id, m.topic, m.key, m.type, m.source, m.headers, m.payload, m.created_at, NULL
  FROM lane
  LEFT JOIN holder AS h USING (sequence)
  CROSS JOIN LATERAL (
    SELECT
      row.*,
      sum(octet_length(row.payload)) OVER (ORDER BY row.seq ROWS UNBOUNDED PRECEDING) - octet_length(row.payload)
        AS bytes_before
    FROM (
      SELECT candidate.*
      FROM (
        SELECT gap.low, gap.high FROM gap WHERE gap.shard = lane.shard
        UNION ALL
        SELECT lane.cursor + 1, lane.up_to WHERE lane.last_value > lane.cursor
      ) AS range
      CROSS JOIN LATERAL (
        SELECT * FROM ${schema}.message AS any_slot
        WHERE any_slot.shard = lane.shard AND any_slot.seq BETWEEN range.low AND range.high
        ORDER BY any_slot.seq
        LIMIT lane.row_limit
      ) AS candidate
      ORDER BY candidate.seq
      LIMIT lane.row_limit
    ) AS row
  ) AS m
  WHERE m.bytes_before < $11
    AND (lane.resting = '' OR (
      string_to_array(lane.resting, ' ') <@ h.running
      AND NOT string_to_array(lane.resting, ' ') && coalesce(h.ending, '{}')
    ))
) AS found
ORDER BY found.shard NULLS FIRST, found.seq`;
