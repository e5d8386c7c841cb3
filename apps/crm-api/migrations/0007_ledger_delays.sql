-- The delays that the CRM shows, for who audits (packages/ledger/docs/views.md): a delay that was taken and is not shown is found
-- there, and a customer who was to hear of it and was not told. One row a delay, doubled ones included: few orders are ever late.
-- Of given orders `order_delay_order` serves it, and the primary key of `customer_message`, whose id is the message that told.
CREATE VIEW ledger.crm_delay AS
SELECT d.order_id, 'crm.delay'::text AS hop, d.message_id,
       d.seq || ' ' || d.kind || CASE WHEN c.id IS NULL THEN '' ELSE ' told' END AS state, d.at
FROM order_delay AS d LEFT JOIN customer_message AS c ON c.id = d.message_id;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bezel_audit') THEN
    GRANT SELECT ON ledger.crm_delay TO bezel_audit;
  END IF;
END $$;
