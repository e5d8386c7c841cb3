-- What the app's login may do with the app's own tables: a move that was told is never changed. (The role migrate grants the
-- outbox and the idempotency keys.) The login has the database's name and is made by whoever makes the database; one without
-- it (a test's own) is left as it is.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_database()) THEN
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', current_database());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON order_view TO %I', current_database());
    EXECUTE format('GRANT SELECT, INSERT ON order_move TO %I', current_database());
  END IF;
END $$;
