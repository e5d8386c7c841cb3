-- Who may do what. The app's login is named after its database by whoever runs the servers, and the ledger's role is made by
-- them; a database without one of them (a test's) has one login for all.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'mes') THEN
    GRANT USAGE ON SCHEMA public TO mes;
    GRANT SELECT, INSERT, UPDATE ON work_order, order_status, material_reservation TO mes;
    GRANT SELECT, INSERT ON withdrawn_order, material_delivery, model_analysis TO mes;
    GRANT SELECT, UPDATE ON material_stock TO mes;
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bezel_audit') THEN
    GRANT USAGE ON SCHEMA ledger TO bezel_audit;
    GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO bezel_audit;
  END IF;
END $$;
