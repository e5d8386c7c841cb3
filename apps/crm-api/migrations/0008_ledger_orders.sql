-- The orders as sales sees them, for who audits (packages/ledger/docs/views.md): their row may not contradict the moves and the
-- delays that stand beside it (ledger.crm_projection, ledger.crm_delay). One row an order, in the order of its primary key.
CREATE VIEW ledger.crm_order AS
SELECT id AS order_id, 'crm.order'::text AS hop, NULL::uuid AS message_id,
       seq || ' ' || status || CASE WHEN late THEN ' late' ELSE '' END AS state, updated_at AS at
FROM order_view;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bezel_audit') THEN
    GRANT SELECT ON ledger.crm_order TO bezel_audit;
  END IF;
END $$;
