-- What the audit may see of the CRM (packages/ledger/docs/views.md). Rows are never filtered: a row left out is a row lost.
CREATE SCHEMA ledger;

-- One row per move told, doubled ones included.
CREATE VIEW ledger.crm_projection AS
SELECT order_id, 'crm.projection' AS hop, message_id, seq || ' ' || to_status AS state, at FROM order_move;

-- The inbox knows messages, not orders; `at` is the message's own time.
CREATE VIEW ledger.crm_inbox AS
SELECT
  NULL::uuid AS order_id,
  'crm.inbox' AS hop,
  CASE WHEN id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN id::uuid END AS message_id,
  group_id AS state,
  ce_time AS at
FROM outbox.inbox;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bezel_audit') THEN
    GRANT USAGE ON SCHEMA ledger TO bezel_audit;
    GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO bezel_audit;
  END IF;
END $$;
