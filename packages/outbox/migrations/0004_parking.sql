-- Parking: a message that Kafka refuses for good leaves the way, and so do all that follow it with its topic and key.
--
-- parked_key      topics and keys that are parked, by the shard they belong to; a row here holds back every message of its
--                 key until all that are parked were sent, in order
-- parked_message  copies of what is held back, so that the slot the original lies in can be emptied
--
-- Both are written by the owner of the shard alone. Others only set `redrive`.

CREATE TABLE :schema.parked_key (
  shard smallint NOT NULL,
  topic text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  -- What Kafka said to the first message, and when.
  reason text NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Somebody asked for it to be sent again. Taken back when Kafka refuses it again.
  redrive boolean NOT NULL DEFAULT false,
  PRIMARY KEY (shard, topic, key)
);

-- Columns as in `message`. The key is that of the redrive's read: the messages of a topic and key in order.
CREATE TABLE :schema.parked_message (
  shard smallint NOT NULL,
  topic text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  id uuid NOT NULL,
  type text NOT NULL,
  source text NOT NULL,
  headers jsonb,
  payload bytea NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (shard, topic, key, seq),
  FOREIGN KEY (shard, topic, key) REFERENCES :schema.parked_key
);
