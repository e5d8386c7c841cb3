-- Three things a consumer has to know and could not.
--
-- key_digest    keys are found by their digest: an index entry holds no more than 2.7 KB, and a message with a longer key could
--               not be parked. Postgres makes it of the key, so consumers of an earlier version go on as they are
-- topic_id      the topic the position is of: one that is made anew has the same name and another id. Null when it is not known,
--               since a client does not tell it
-- inbox_window  how long the consumer that opened the partition last keeps the ids of what it handled; for the doctor

-- Waits for the redrives at work. What is parked is written anew, with its digest.
ALTER TABLE :schema.consumer_parked_message
  DROP CONSTRAINT consumer_parked_message_group_id_topic_partition_key_fkey,
  DROP CONSTRAINT consumer_parked_message_pkey;

ALTER TABLE :schema.consumer_parked_key
  DROP CONSTRAINT consumer_parked_key_pkey,
  ADD COLUMN key_digest bytea NOT NULL GENERATED ALWAYS AS (sha256(key)) STORED,
  ADD PRIMARY KEY (group_id, topic, partition, key_digest);

ALTER TABLE :schema.consumer_parked_message
  ADD COLUMN key_digest bytea NOT NULL GENERATED ALWAYS AS (sha256(key)) STORED,
  ADD PRIMARY KEY (group_id, topic, partition, key_digest, "offset"),
  ADD FOREIGN KEY (group_id, topic, partition, key_digest) REFERENCES :schema.consumer_parked_key;

ALTER TABLE :schema.consumer_position
  ADD COLUMN topic_id text COLLATE "C",
  ADD COLUMN inbox_window interval;
