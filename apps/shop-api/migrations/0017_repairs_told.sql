-- What operators are told of an order's repairs beside its hops (packages/ledger/docs/views.md): every one that was asked for, whatever
-- came of it; ledger.shop_repair has those that were carried out. One row a repair; columns may be added, none is ever taken away.
-- Ids are UUIDv7: in their order, which order_repair_of_order serves, repairs were asked for.
CREATE VIEW ledger.shop_repair_details AS
SELECT order_id, id AS repair_id, kind, message_id, asked_by, reason, state, outcome, at AS asked_at, ended_at
FROM order_repair;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bezel_audit') THEN
    GRANT SELECT ON ledger.shop_repair_details TO bezel_audit;
  END IF;
END $$;
