/** What there is to know about an outbox besides its shards and slots: one row. Parked keys are few at any time. */
export const overview = (schema: string): string => `
SELECT
  clock_timestamp() AS at, current_setting('server_version') AS server, pg_is_in_recovery() AS standby,
  (SELECT max(version) FROM ${schema}.migration) AS version,
  c.system_identifier = (SELECT system_identifier FROM pg_control_system()) AS home,
  (
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'beats', r.beats, 'shards', (
      SELECT count(*) FROM ${schema}.lease AS l WHERE l.owner = r.id
    )) ORDER BY r.id), '[]') FROM ${schema}.relay AS r
  ) AS relays,
  (SELECT count(*)::int FROM ${schema}.parked_key) AS parked_keys,
  (SELECT count(*)::float8 FROM ${schema}.parked_message) AS parked_messages,
  (
    SELECT coalesce(jsonb_agg(to_jsonb(g) ORDER BY g."groupId", g.topic), '[]')
    FROM (
      SELECT
        p.group_id AS "groupId", p.topic, count(*) AS partitions,
        to_char(max(p.moved_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "movedAt",
        (
          SELECT count(*) FROM ${schema}.consumer_parked_key AS k WHERE k.group_id = p.group_id AND k.topic = p.topic
        ) AS "parkedKeys"
      FROM ${schema}.consumer_position AS p GROUP BY p.group_id, p.topic
    ) AS g
  ) AS consumers
FROM ${schema}.config AS c`;
