-- How far cancellations are, as the shop shows it, for who audits (packages/ledger/docs/views.md): what the MES told of the work
-- order, was taken, and is not shown, is found there. Steps that are done, each with the message that told it; and how often the
-- withdrawal failed, of which only the last is kept, without its message. Few orders are cancelled, and the two primary keys serve
-- the orders asked for.
CREATE VIEW ledger.shop_cancellation AS
SELECT order_id, 'shop.cancellation'::text AS hop, message_id, 'done ' || step AS state, at
FROM order_compensation
UNION ALL
SELECT order_id, 'shop.cancellation', NULL::uuid, 'failed ' || tries, at
FROM withdrawal_failure;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bezel_audit') THEN
    GRANT SELECT ON ledger.shop_cancellation TO bezel_audit;
  END IF;
END $$;
