-- The outbox: messages, and what a relay has to remember about them.
--
-- `:schema` stands for the schema, `:shards` for the number of shards; both are filled in by `migrate`.
--
-- shard     an independent ordered lane; a topic and key always fall into the same one
-- seq       the number of a message within its shard, drawn from the shard's own sequence by the transaction that writes
-- slot      the partition a row lies in; slots form a ring, and retention empties whole slots
-- lease     which relay works on a shard; its epoch grows with every change of owner
-- token     proof that this server still remembers what the owner of a lease remembers
-- checkpoint  how far a shard is published

CREATE TABLE :schema.config (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  shards smallint NOT NULL CHECK (shards BETWEEN 1 AND 1024),
  -- Part of every sequence's name. It grows when the number of shards changes, so that a writer which still counts the
  -- old way asks for a sequence that is gone, and fails instead of putting a key into the wrong shard.
  generation integer NOT NULL DEFAULT 1,
  -- The cluster whose sequences and checkpoints these are. A relay refuses a database that was moved to another one.
  system_identifier bigint NOT NULL
);

INSERT INTO :schema.config (shards, system_identifier)
SELECT :shards, system_identifier FROM pg_control_system();

-- The ring has 4 slots of a day. The clock only chooses where a row lies; nothing else depends on it.
CREATE FUNCTION :schema.current_slot() RETURNS smallint LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN ((date_part('epoch', clock_timestamp())::bigint / 86400) % 4)::smallint;

CREATE TABLE :schema.message (
  slot smallint NOT NULL DEFAULT :schema.current_slot(),
  shard smallint NOT NULL,
  seq bigint NOT NULL,
  id uuid NOT NULL,
  topic text NOT NULL,
  key text NOT NULL,
  type text NOT NULL,
  source text NOT NULL,
  headers jsonb,
  payload bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Serves the relay's read: one ordered scan per shard and slot.
  PRIMARY KEY (shard, seq, slot)
) PARTITION BY LIST (slot);

CREATE TABLE :schema.message_slot_0 PARTITION OF :schema.message FOR VALUES IN (0);
CREATE TABLE :schema.message_slot_1 PARTITION OF :schema.message FOR VALUES IN (1);
CREATE TABLE :schema.message_slot_2 PARTITION OF :schema.message FOR VALUES IN (2);
CREATE TABLE :schema.message_slot_3 PARTITION OF :schema.message FOR VALUES IN (3);

-- The number that places a topic and key: 31 bits of SHA-256 over both in UTF-8, parted by U+001F. `hash.ts` computes
-- the same; a test holds them together.
CREATE FUNCTION :schema.hash_of(topic text, key text) RETURNS integer LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ('x' || encode(substring(sha256(convert_to(topic || chr(31) || key, 'UTF8')) FROM 1 FOR 4), 'hex'))::bit(32)::integer
  & 2147483647;

CREATE FUNCTION :schema.sequence_name(generation integer, shard integer, shards integer) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN 'seq_g' || generation || '_' || shard || '_of_' || shards;

-- CACHE 1 and INCREMENT 1: a number that is not visible was drawn by a transaction that still holds a lock on the
-- sequence, or it will never be visible. With a cache it could lie unused in a session. The relay refuses other settings.
DO $$
DECLARE
  c :schema.config%ROWTYPE;
BEGIN
  SELECT * INTO STRICT c FROM :schema.config;
  FOR shard IN 0 .. c.shards - 1 LOOP
    EXECUTE format(
      'CREATE SEQUENCE :schema.%I AS bigint INCREMENT 1 MINVALUE 1 START 1 CACHE 1 NO CYCLE',
      :schema.sequence_name(c.generation, shard, c.shards)
    );
  END LOOP;
END $$;

-- A version 7 UUID: 48 bits of milliseconds, then random bits. Sorted by time, roughly.
CREATE FUNCTION :schema.new_id() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN encode(
  set_bit(set_bit(
    overlay(
      uuid_send(gen_random_uuid())
      PLACING substring(int8send((date_part('epoch', clock_timestamp()) * 1000)::bigint) FROM 3)
      FROM 1 FOR 6
    ),
    52, 1), 53, 1),
  'hex')::uuid;

-- Makes writers of the same keys wait for each other until their transactions end, so that the order of their messages
-- is the order of their commits. Call it in a statement of its own, before the write: the next statement then sees what
-- the transaction before it committed. Buckets are locked in ascending order, so that two callers cannot deadlock here.
CREATE FUNCTION :schema.serialize(topics text[], keys text[]) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  bucket integer;
BEGIN
  FOR bucket IN
    SELECT DISTINCT :schema.hash_of(w.topic, w.key) % 1024 FROM unnest(topics, keys) AS w (topic, key) ORDER BY 1
  LOOP
    PERFORM pg_advisory_xact_lock(hashtext('bezel outbox :schema'), bucket);
  END LOOP;
END $$;

-- Writes one message from any language, trigger or psql:
--   SELECT outbox.write('shop.orders', 'order-1', 'shop.order-placed', '/shop', '{"orderId":"order-1"}');
-- The payload's bytes are sent as they are given.
CREATE FUNCTION :schema.write(
  topic text, key text, type text, source text, payload text,
  headers jsonb DEFAULT NULL, id uuid DEFAULT NULL, serialize_key boolean DEFAULT false
) RETURNS uuid LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
DECLARE
  message_id uuid := coalesce(id, :schema.new_id());
  c record;
BEGIN
  IF serialize_key THEN
    PERFORM :schema.serialize(ARRAY[topic], ARRAY[key]);
  END IF;
  SELECT g.shards, g.generation, :schema.hash_of(topic, key) % g.shards AS shard INTO STRICT c FROM :schema.config AS g;
  INSERT INTO :schema.message AS m (shard, seq, id, topic, key, type, source, headers, payload)
  VALUES (
    c.shard,
    nextval((':schema.' || :schema.sequence_name(c.generation, c.shard, c.shards))::regclass),
    message_id, topic, key, type, source, headers, convert_to(payload, 'UTF8')
  );
  RETURN message_id;
END $$;

-- Rows are few and updated often: room on the page keeps updates inside it (HOT).
CREATE TABLE :schema.lease (
  shard smallint PRIMARY KEY,
  owner text,
  epoch bigint NOT NULL DEFAULT 0,
  renewals bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- UNLOGGED on purpose: a crash or a promotion empties it, and that is how a relay learns that sequence numbers may start
-- lower than it remembers.
CREATE UNLOGGED TABLE :schema.lease_token (
  shard smallint PRIMARY KEY,
  token uuid NOT NULL
);

-- Everything up to `cursor` is published or will never exist, but for the numbers in `holes`.
CREATE TABLE :schema.checkpoint (
  shard smallint PRIMARY KEY,
  epoch bigint NOT NULL DEFAULT 0,
  cursor bigint NOT NULL DEFAULT 0,
  holes int8multirange NOT NULL DEFAULT '{}'
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- Relays that are alive, so that shards can be shared out. Losing it costs one lease time, nothing else.
CREATE UNLOGGED TABLE :schema.relay (
  id text PRIMARY KEY,
  beats bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

INSERT INTO :schema.lease (shard) SELECT generate_series(0, shards - 1) FROM :schema.config;
INSERT INTO :schema.checkpoint (shard) SELECT generate_series(0, shards - 1) FROM :schema.config;
