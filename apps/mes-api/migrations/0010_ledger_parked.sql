-- What is set aside of an order, for who audits (packages/ledger/docs/views.md): what Kafka refused (hop mes.outbox), and what a
-- consumer could not handle (hop mes.inbox). Few are parked at any time.
CREATE VIEW ledger.mes_parked AS
SELECT CASE WHEN p.key ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN p.key::uuid END AS order_id,
       'mes.outbox'::text AS hop, p.topic, NULL::text AS group_id, p.reason, NULL::text AS code, NULL::integer AS attempts,
       (SELECT count(*)::integer FROM outbox.parked_message AS m
        WHERE m.shard = p.shard AND m.topic = p.topic AND m.key = p.key) AS messages,
       p.parked_at, p.redrive
FROM outbox.parked_key AS p
UNION ALL
SELECT CASE WHEN encode(p.key, 'escape') ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN encode(p.key, 'escape')::uuid END,
       'mes.inbox', p.topic, p.group_id, p.reason, p.code, p.attempts,
       (SELECT count(*)::integer FROM outbox.consumer_parked_message AS m
        WHERE m.group_id = p.group_id AND m.topic = p.topic AND m.partition = p.partition AND m.key_digest = p.key_digest),
       p.parked_at, p.redrive
FROM outbox.consumer_parked_key AS p;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bezel_audit') THEN
    GRANT SELECT ON ledger.mes_parked TO bezel_audit;
  END IF;
END $$;
