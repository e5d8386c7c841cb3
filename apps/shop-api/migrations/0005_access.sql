-- What the app's login may do with the app's own tables: no DDL, and no change to what is history. (The role migrate grants
-- the outbox and the idempotency keys.) The login has the database's name. It and the role bezel_audit are made by whoever
-- makes the database; one without them (a test's own) is left as it is.
DO $$
DECLARE
  app text := current_database();
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_database()) THEN
    EXECUTE format($sql$
      GRANT USAGE ON SCHEMA public TO %1$I;
      GRANT SELECT ON order_transition TO %1$I;
      GRANT SELECT, INSERT ON model, model_piece, order_history, order_fact, order_refused_fact, order_workflow,
        courier_event TO %1$I;
      GRANT SELECT, INSERT, UPDATE ON model_upload, orders TO %1$I;
      GRANT USAGE ON SEQUENCE order_number TO %1$I;
    $sql$, app);
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bezel_audit') THEN
    GRANT USAGE ON SCHEMA ledger TO bezel_audit;
    GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO bezel_audit;
  END IF;
END $$;
