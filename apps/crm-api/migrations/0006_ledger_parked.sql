-- What is set aside of an order, for who audits (packages/ledger/docs/views.md): what a consumer could not handle. What the CRM
-- itself writes is about partners, not orders. Few are parked at any time.
CREATE VIEW ledger.crm_parked AS
SELECT CASE WHEN encode(p.key, 'escape') ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN encode(p.key, 'escape')::uuid END
         AS order_id,
       'crm.inbox'::text AS hop, p.topic, p.group_id, p.reason, p.code, p.attempts,
       (SELECT count(*)::integer FROM outbox.consumer_parked_message AS m
        WHERE m.group_id = p.group_id AND m.topic = p.topic AND m.partition = p.partition AND m.key_digest = p.key_digest)
         AS messages,
       p.parked_at, p.redrive
FROM outbox.consumer_parked_key AS p;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bezel_audit') THEN
    GRANT SELECT ON ledger.crm_parked TO bezel_audit;
  END IF;
END $$;
