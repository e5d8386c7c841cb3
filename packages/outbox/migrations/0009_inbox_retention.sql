-- Retention of the inbox: ids are removed when no event that old is handled any more.
--
-- consumer_position.inbox_from  events of the partition from before are parked: their ids may be gone. Moved on by the consumer,
--                               in the transaction of a batch or while nothing arrives
-- inbox_floor                   by group, before when ids may have been removed already; for positions that are made later
--
-- An id is removed only when it is older than `inbox_from` of every position of its group. A consumer reads `inbox_from` from
-- the row it has locked, so a claim at work keeps everything it relies on: nobody else can move that row, and what is
-- removed meanwhile is older. `inbox_from` follows the times of the events that were handled. So a group that was stopped for a
-- month, or reads a month of history, finds its ids; the clock only keeps an event from the future from moving it too far.

ALTER TABLE :schema.consumer_position ADD COLUMN inbox_from timestamptz NOT NULL DEFAULT '-infinity';

-- Somebody looked at a message that is parked because it is too old, and said that it was not handled.
ALTER TABLE :schema.consumer_parked_message ADD COLUMN admitted boolean NOT NULL DEFAULT false;

CREATE TABLE :schema.inbox_floor (
  group_id text COLLATE "C" PRIMARY KEY,
  removed_before timestamptz NOT NULL
);

-- A position that is made while ids are removed would not be seen by the look for the oldest `inbox_from`, and would not see
-- how far they were removed. So the two wait for each other. Where the transaction has one snapshot (REPEATABLE READ, which
-- a database may have as default) that is not enough: it would see what was removed as of then. There the row of the group,
-- inserted or locked, raises an error when it was changed since (40001), and the consumer tries again.
CREATE FUNCTION :schema.inbox_lock() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended('bezel outbox inbox :schema', 0);

CREATE FUNCTION :schema.begin_position() RETURNS trigger LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(:schema.inbox_lock());
  INSERT INTO :schema.inbox_floor (group_id, removed_before) VALUES (NEW.group_id, '-infinity') ON CONFLICT DO NOTHING;
  SELECT greatest(NEW.inbox_from, f.removed_before) INTO STRICT NEW.inbox_from
  FROM :schema.inbox_floor AS f WHERE f.group_id = NEW.group_id FOR SHARE;
  RETURN NEW;
END $$;

CREATE TRIGGER begin_position BEFORE INSERT ON :schema.consumer_position
FOR EACH ROW EXECUTE FUNCTION :schema.begin_position();

-- Empties one slot of the inbox, in one short transaction. Answers 'emptied'; 'empty' already; 'kept' (an id in it is needed);
-- 'thinned' (the same, and some that are long past were deleted: call again); 'locked' (somebody is at work there).
--
-- The rule is to truncate the slot of a day when all groups are past it. Consumers write to other slots by then, and the lock
-- is given up when it does not come at once, so none of them waits longer than that. Where a single id keeps the slot (of
-- an event from the future, or of a group that stands still) the ring would come round, so what is older than the window by
-- `grace` is deleted row by row, which stops nobody.
--
-- The looks go by the primary key: the groups of the slot one by one, then the newest id of each.
CREATE FUNCTION :schema.empty_inbox_slot(slot smallint) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '25ms' SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  part text := format(':schema.%I', 'inbox_slot_' || slot);
  grace CONSTANT interval := '3 days';
  most CONSTANT integer := 20000;
  groups CONSTANT text := format($q$
    WITH RECURSIVE found (group_id) AS (
      (SELECT group_id FROM %1$s ORDER BY group_id LIMIT 1)
      UNION ALL
      SELECT (SELECT i.group_id FROM %1$s AS i WHERE i.group_id > found.group_id ORDER BY i.group_id LIMIT 1)
      FROM found WHERE found.group_id IS NOT NULL
    )
    SELECT found.group_id, coalesce(
      (SELECT min(p.inbox_from) FROM :schema.consumer_position AS p WHERE p.group_id = found.group_id),
      (SELECT f.removed_before FROM :schema.inbox_floor AS f WHERE f.group_id = found.group_id),
      '-infinity'
    ) AS needed_from
    FROM found WHERE found.group_id IS NOT NULL$q$, part);
  needed CONSTANT text := format($q$
    SELECT EXISTS (
      SELECT FROM (%2$s) AS g WHERE EXISTS (SELECT FROM %1$s AS i WHERE i.group_id = g.group_id AND i.ce_time >= g.needed_from)
    )$q$, part, groups);
  remember CONSTANT text := format($q$
    INSERT INTO :schema.inbox_floor (group_id, removed_before)
    SELECT group_id, needed_from FROM (%s) AS g WHERE needed_from > '-infinity'
    ON CONFLICT (group_id) DO UPDATE SET removed_before = greatest(inbox_floor.removed_before, excluded.removed_before)$q$, groups);
  found boolean;
BEGIN
  -- Each look has to see what was committed until then.
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE invalid_transaction_state USING
      MESSAGE = 'empty_inbox_slot must run at the isolation level read committed, not '
        || current_setting('transaction_isolation'),
      HINT = 'Give the login that runs retention default_transaction_isolation = ''read committed''.';
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM %s)', part) INTO found;
  IF NOT found THEN
    RETURN 'empty';
  END IF;
  IF NOT pg_try_advisory_xact_lock(:schema.inbox_lock()) THEN
    RETURN 'locked';
  END IF;
  -- First without the slot's lock, so that a slot that is not ready disturbs nobody.
  EXECUTE needed INTO found;
  IF found THEN
    EXECUTE format($q$
      SELECT EXISTS (
        SELECT FROM (%2$s) AS g
        WHERE EXISTS (SELECT FROM %1$s AS i WHERE i.group_id = g.group_id AND i.ce_time < g.needed_from - $1)
      )$q$, part, groups)
    INTO found USING grace;
    IF NOT found THEN
      RETURN 'kept';
    END IF;
    EXECUTE remember;
    EXECUTE format($q$
      DELETE FROM %1$s AS old USING (
        SELECT i.group_id, i.ce_time, i.id FROM (%2$s) AS g CROSS JOIN LATERAL (
          SELECT i.group_id, i.ce_time, i.id FROM %1$s AS i
          WHERE i.group_id = g.group_id AND i.ce_time < g.needed_from - $1
          ORDER BY i.ce_time LIMIT $2
        ) AS i LIMIT $2
      ) AS past
      WHERE old.group_id = past.group_id AND old.ce_time = past.ce_time AND old.id = past.id$q$, part, groups)
    USING grace, most;
    RETURN 'thinned';
  END IF;
  BEGIN
    EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', part);
  EXCEPTION WHEN lock_not_available THEN
    RETURN 'locked';
  END;
  -- Nobody is at work in the slot now, prepared transactions included: everything in it can be seen. What is written down
  -- first is never less than what is removed, even if positions are deleted in between.
  EXECUTE remember;
  EXECUTE needed INTO found;
  IF found THEN
    RETURN 'kept';
  END IF;
  EXECUTE format('TRUNCATE TABLE ONLY %s', part);
  RETURN 'emptied';
END $$;

REVOKE ALL ON FUNCTION :schema.empty_inbox_slot(smallint) FROM PUBLIC;
