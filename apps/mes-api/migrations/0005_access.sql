-- What the app's login may do with the app's own tables: no DDL, and no change to what is history. (The role migrate grants the
-- outbox and the idempotency keys.) The login has the database's name. It and the role bezel_audit are made by whoever makes
-- the database; one without them is left as it is.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_database()) THEN
    EXECUTE format(
      $sql$
        GRANT USAGE ON SCHEMA public TO %1$I;
        GRANT SELECT, INSERT, UPDATE ON work_order, order_status, material_reservation TO %1$I;
        GRANT SELECT, INSERT ON withdrawn_order, material_delivery, model_analysis TO %1$I;
        GRANT SELECT, UPDATE ON material_stock TO %1$I;
      $sql$,
      current_database()
    );
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bezel_audit') THEN
    GRANT USAGE ON SCHEMA ledger TO bezel_audit;
    GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO bezel_audit;
  END IF;
END $$;
