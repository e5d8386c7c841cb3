-- Retention refuses a transaction with one snapshot (REPEATABLE READ, SERIALIZABLE; a database or a login may have them as
-- default). Its look after the lock would not see what was committed since the transaction's first statement, and rows that
-- nobody published would be removed. At READ COMMITTED each of its looks has a snapshot of its own.

CREATE OR REPLACE FUNCTION :schema.empty_slot(slot smallint) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '25ms' AS $$
DECLARE
  part text := format(':schema.%I', 'message_slot_' || slot);
  filled boolean;
BEGIN
  IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE invalid_transaction_state USING
      MESSAGE = 'empty_slot must run at the isolation level read committed, not ' || current_setting('transaction_isolation'),
      HINT = 'Give the login that runs retention default_transaction_isolation = ''read committed''.';
  END IF;
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
