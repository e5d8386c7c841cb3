-- Parking in a consumer: an event that cannot be handled leaves the way, and so do all that follow it with its key.
--
-- consumer_parked_key      keys that are parked, by group and partition; a row here holds back every event of its key until
--                          all that are parked were handled, in order
-- consumer_parked_message  what is held back, as Kafka held it, so that it outlives the topic's retention
-- consumer_position.parked  whether any key of the partition is parked; as long as it is false, batches look no further
--
-- Whoever parks or brings back holds the row of the partition's position locked. Others only set `redrive` and `discarded`.
-- A message without a key counts as one with an empty key.

-- Waits for the batches at work (at most `handlerTimeoutMs`), and new ones wait for it; then it takes a moment.
ALTER TABLE :schema.consumer_position ADD COLUMN parked boolean NOT NULL DEFAULT false;

CREATE TABLE :schema.consumer_parked_key (
  group_id text COLLATE "C" NOT NULL,
  topic text COLLATE "C" NOT NULL,
  partition integer NOT NULL,
  key bytea NOT NULL,
  -- What was wrong with the first message, and how often it was tried.
  reason text NOT NULL,
  code text,
  -- What its schema said, [{ "path": ..., "message": ... }].
  issues json,
  attempts integer NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Somebody asked for it to be handled again. Taken back when its first message fails again.
  redrive boolean NOT NULL DEFAULT false,
  PRIMARY KEY (group_id, topic, partition, key)
);

-- The key is that of the redrive's read: the messages of a key in order.
CREATE TABLE :schema.consumer_parked_message (
  group_id text COLLATE "C" NOT NULL,
  topic text COLLATE "C" NOT NULL,
  partition integer NOT NULL,
  key bytea NOT NULL,
  "offset" bigint NOT NULL,
  keyless boolean NOT NULL,
  value bytea,
  -- [[name, value in base64], ...] in their order; names may repeat. json, since jsonb refuses some names.
  headers json NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Somebody gave it up: a redrive passes over it.
  discarded boolean NOT NULL DEFAULT false,
  PRIMARY KEY (group_id, topic, partition, key, "offset"),
  FOREIGN KEY (group_id, topic, partition, key) REFERENCES :schema.consumer_parked_key
);
