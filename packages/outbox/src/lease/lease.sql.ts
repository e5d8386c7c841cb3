/**
 * Says that this relay lives, renews the leases it still owns, and answers what everybody can see. Renewing is a
 * counter: whoever watches it needs no clock but its own. Also answers which parked keys of its shards somebody wants sent
 * again; few are parked at any time. And the newest number drawn of each shard: an idle relay need not ask for it as well. And what
 * time it is: a relay does not trust the clock of its own machine.
 *
 * Safe under concurrency: a lease is renewed only with the owner and epoch this relay holds; after a take-over no row
 * matches. Rows are found by primary key. Dead relays' beats are removed by anyone who has watched them stand still.
 *
 * $1 relay, $2 shards held, $3 their epochs, $4 relays known to be gone, $5 whether it does its work: one that does not is
 * not counted by those that share the shards, $6 oids of the sequences of the shards held.
 */
export const renewLeases = (schema: string): string => `
WITH beat AS (
  INSERT INTO ${schema}.relay AS r (id, beats) SELECT $1, 1 WHERE $5
  ON CONFLICT (id) DO UPDATE SET beats = r.beats + 1
),
gone AS (
  DELETE FROM ${schema}.relay WHERE id = ANY ($4::text[])
),
renewed AS (
  UPDATE ${schema}.lease AS l SET renewals = l.renewals + 1
  FROM unnest($2::smallint[], $3::bigint[]) AS held (shard, epoch)
  WHERE l.shard = held.shard AND l.epoch = held.epoch AND l.owner = $1
  RETURNING l.shard
)
SELECT
  floor(date_part('epoch', statement_timestamp()) * 1000)::float8 AS now,
  (SELECT coalesce(jsonb_agg(shard), '[]') FROM renewed) AS renewed,
  (SELECT jsonb_agg(jsonb_build_object('shard', shard, 'owner', owner, 'epoch', epoch, 'renewals', renewals) ORDER BY shard)
   FROM ${schema}.lease) AS leases,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'beats', beats)), '[]') FROM ${schema}.relay) AS relays,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('shard', shard, 'topic', topic, 'key', key)), '[]')
   FROM ${schema}.parked_key WHERE redrive AND shard = ANY ($2)) AS redrive,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('shard', h.shard, 'last', pg_sequence_last_value(h.sequence))), '[]')
   FROM unnest($2::smallint[], $6::oid[]) AS h (shard, sequence) JOIN pg_sequence AS q ON q.seqrelid = h.sequence) AS drawn`;

/**
 * Takes leases over, all of it in one statement: the lease if it still is what was watched, a new token, and the
 * checkpoint with the new epoch, which from then on refuses what the last owner may still store.
 *
 * Safe under concurrency: of two relays that try, the second waits for the row, finds other counters and gets nothing.
 * The checkpoint is read by the UPDATE that fences it, so it is the newest one even if the statement had to wait.
 *
 * $1 relay, $2 shards, $3 epochs and $4 renewals as watched.
 */
export const takeLeases = (schema: string): string => `
WITH won AS (
  UPDATE ${schema}.lease AS l SET owner = $1, epoch = l.epoch + 1, renewals = l.renewals + 1
  FROM unnest($2::smallint[], $3::bigint[], $4::bigint[]) AS seen (shard, epoch, renewals)
  WHERE l.shard = seen.shard AND l.epoch = seen.epoch AND l.renewals = seen.renewals
  RETURNING l.shard, l.epoch
),
proof AS (
  INSERT INTO ${schema}.lease_token AS t (shard, token) SELECT shard, gen_random_uuid() FROM won
  ON CONFLICT (shard) DO UPDATE SET token = excluded.token
  RETURNING t.shard, t.token
)
UPDATE ${schema}.checkpoint AS c SET epoch = won.epoch
FROM won JOIN proof USING (shard)
WHERE c.shard = won.shard
RETURNING
  c.shard, c.epoch, c.cursor, c.holes::text AS holes, proof.token,
  extract(epoch FROM pg_postmaster_start_time())::text AS start`;

/**
 * Gives leases up, so that others need not wait for them to stand still. Only the owner of that epoch can.
 *
 * $1 relay, $2 shards, $3 epochs.
 */
export const releaseLeases = (schema: string): string => `
UPDATE ${schema}.lease AS l SET owner = NULL, renewals = l.renewals + 1
FROM unnest($2::smallint[], $3::bigint[]) AS held (shard, epoch)
WHERE l.shard = held.shard AND l.epoch = held.epoch AND l.owner = $1`;

/** Takes this relay out of the count of those alive. $1 relay. */
export const removeRelay = (schema: string): string => `DELETE FROM ${schema}.relay WHERE id = $1`;
