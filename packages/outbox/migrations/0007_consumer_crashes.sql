-- Crashes of a consumer: which message is being handled when its process ends is learnt by writing it down beforehand, and
-- that is done only where a consumer ended without saying so.
--
-- Written once when a consumer begins with a partition and once when it leaves it in peace. What it leaves behind otherwise
-- tells its successor that a message may have been the reason; only then each try of a message is written here first.

CREATE TABLE :schema.consumer_doubt (
  group_id text COLLATE "C" NOT NULL,
  topic text COLLATE "C" NOT NULL,
  partition integer NOT NULL,
  -- The consumer that has the partition, and where it began; null when it left in peace.
  owner uuid,
  began_at bigint NOT NULL,
  -- The message whose try was written down last, and how many consumers began one and ended in its midst.
  tried_at bigint,
  tried_by uuid,
  crashes integer NOT NULL DEFAULT 0,
  PRIMARY KEY (group_id, topic, partition)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- The same for a redrive: consumers that began one of this key and ended in its midst, and the one that did last.
ALTER TABLE :schema.consumer_parked_key
  ADD COLUMN crashes integer NOT NULL DEFAULT 0,
  ADD COLUMN tried_by uuid;
