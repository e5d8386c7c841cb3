-- The same function with the same signature, for a third of the server's time. Postgres keeps the plans of a function's
-- statements for the session, unless it believes that a plan made for the values at hand is better; it believes so of a
-- statement that computes a hash of them, and planned it anew for every message. So the hash is an expression of its own,
-- which is never planned twice.
--
-- One statement locks all it needs in one order, messages before their settings, as the library's own INSERT does: two
-- orders could deadlock with a migration that changes both tables.
CREATE OR REPLACE FUNCTION :schema.write(
  topic text, key text, type text, source text, payload text,
  headers jsonb DEFAULT NULL, id uuid DEFAULT NULL, serialize_key boolean DEFAULT false
) RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
DECLARE
  message_id uuid := coalesce(id, :schema.new_id());
  hash integer := :schema.hash_of(topic, key);
BEGIN
  IF serialize_key THEN
    PERFORM :schema.serialize(ARRAY[topic], ARRAY[key]);
  END IF;
  INSERT INTO :schema.message AS m (shard, seq, id, topic, key, type, source, headers, payload)
  SELECT
    c.shard,
    nextval((':schema.' || :schema.sequence_name(c.generation, c.shard, c.shards))::regclass),
    message_id, topic, key, type, source, headers, convert_to(payload, 'UTF8')
  FROM (
    SELECT g.shards::integer, g.generation, hash % g.shards AS shard FROM :schema.config AS g OFFSET 0
  ) AS c;
  RETURN message_id;
END $$;
