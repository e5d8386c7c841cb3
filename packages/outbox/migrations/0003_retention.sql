-- Retention: the ring's slots are emptied, one at a time, when everything in them was published.
--
-- `empty_slot` is one statement and so one short transaction, which no frozen client can leave open. It takes ACCESS
-- EXCLUSIVE on the slot's partition alone: writers route to the current slot and do not touch it, and the relay's reads,
-- which touch all slots, wait for the few milliseconds it takes. When the lock does not come at once (somebody still
-- writes or reads there, a dump, a vacuum) it gives up, and is tried again later; until then the slot grows, and no INSERT
-- fails.
--
-- It answers 'emptied', or why not: 'empty' already, 'current' (writers are in it), 'unpublished' (a row was not), 'locked'.
--
-- Nothing unpublished can be lost: with the lock held no transaction that wrote to the slot is open, prepared ones
-- included, so every row there is visible to the look that follows, in a snapshot of its own. A checkpoint never runs ahead
-- of what was published. A commit that is lost in a crash leaves the slot as it was, so it need not be waited for.
--
-- The looks go by the primary key, one probe for each shard and each hole; the settings keep them there whatever the
-- statistics of a table that was just emptied say.
--
-- SECURITY DEFINER: so no login needs the right to truncate, and nothing but what was published can be removed.

CREATE FUNCTION :schema.unpublished_in(slot smallint) RETURNS boolean LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  part text := format(':schema.%I', 'message_slot_' || slot);
  found boolean;
  c record;
BEGIN
  -- A row of a shard that nobody publishes stays for somebody to look at.
  EXECUTE format(
    'SELECT EXISTS (SELECT FROM %1$s WHERE shard < 0)
         OR EXISTS (SELECT FROM %1$s WHERE shard > (SELECT max(shard) FROM :schema.checkpoint))', part)
  INTO found;
  IF found THEN
    RETURN true;
  END IF;
  FOR c IN SELECT shard, cursor, holes FROM :schema.checkpoint LOOP
    EXECUTE format(
      'SELECT EXISTS (SELECT FROM %1$s WHERE shard = $1 AND seq > $2)
           OR EXISTS (
             SELECT FROM unnest($3) AS hole CROSS JOIN LATERAL (
               SELECT FROM %1$s WHERE shard = $1 AND seq >= lower(hole) AND seq < upper(hole) LIMIT 1
             ) AS row
           )', part)
    INTO found USING c.shard, c.cursor, c.holes;
    IF found THEN
      RETURN true;
    END IF;
  END LOOP;
  RETURN false;
END $$;

CREATE FUNCTION :schema.empty_slot(slot smallint) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '25ms' AS $$
DECLARE
  part text := format(':schema.%I', 'message_slot_' || slot);
  filled boolean;
BEGIN
  IF slot = :schema.current_slot() THEN
    RETURN 'current';
  END IF;
  EXECUTE format('SELECT EXISTS (SELECT FROM %s)', part) INTO filled;
  IF NOT filled THEN
    RETURN 'empty';
  END IF;
  -- First without the lock, so that a slot that is not ready disturbs nobody.
  IF :schema.unpublished_in(slot) THEN
    RETURN 'unpublished';
  END IF;
  PERFORM set_config('synchronous_commit', 'off', true);
  BEGIN
    EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', part);
  EXCEPTION WHEN lock_not_available THEN
    RETURN 'locked';
  END;
  IF :schema.unpublished_in(slot) THEN
    RETURN 'unpublished';
  END IF;
  EXECUTE format('TRUNCATE TABLE ONLY %s', part);
  RETURN 'emptied';
END $$;

REVOKE ALL ON FUNCTION :schema.empty_slot(smallint) FROM PUBLIC;
