-- The consuming side: what each group has handled, and how far it is.
--
-- group_id  the consumer group
-- position  the offset a group reads next in a partition of a topic; Kafka's own committed offset only serves displays
-- inbox     the messages a group has handled, so that another copy of one is not handled again

-- One row per group, topic and partition, moved in the transaction of the effects. A database that is restored takes
-- its positions back with its effects, and the messages in between are read again.
-- Updated once per batch: room on the page keeps updates inside it (HOT).
CREATE TABLE :schema.consumer_position (
  group_id text COLLATE "C" NOT NULL,
  topic text COLLATE "C" NOT NULL,
  partition integer NOT NULL CHECK (partition >= 0),
  next_offset bigint NOT NULL CHECK (next_offset >= 0),
  moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (group_id, topic, partition)
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- The day of a message, counted round a ring of 16. It comes from the message, so all copies fall into one slot: by day
-- of arrival a copy that comes after midnight would not be found. Any time has a slot, so no insert ever lacks one.
CREATE FUNCTION :schema.inbox_slot(ce_time timestamptz) RETURNS smallint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (((floor(extract(epoch FROM ce_time) / 86400)::bigint % 16) + 16) % 16)::smallint;

CREATE TABLE :schema.inbox (
  group_id text COLLATE "C" NOT NULL,
  slot smallint NOT NULL,
  ce_time timestamptz NOT NULL,
  id text COLLATE "C" NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Messages come about in the order of their times, so inserts go to the right edge of the index.
  PRIMARY KEY (group_id, ce_time, id, slot),
  -- A message has one slot only: without this a writer that counts otherwise could let a copy through.
  CHECK (slot = :schema.inbox_slot(ce_time))
) PARTITION BY LIST (slot);

DO $$
BEGIN
  FOR slot IN 0 .. 15 LOOP
    EXECUTE format('CREATE TABLE :schema.inbox_slot_%s PARTITION OF :schema.inbox FOR VALUES IN (%s)', slot, slot);
  END LOOP;
END $$;
