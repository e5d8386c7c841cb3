-- What operators are told of an order beside its hops (packages/ledger/docs/views.md): the order by the name people call it,
-- whose it is, its times, and what is parked of it. One row an order; columns may be added, none is ever taken away.
-- `orders` serves the view by its own indexes: by number, by status, the late ones, and by id.
CREATE VIEW ledger.shop_order_details AS
SELECT o.id AS order_id, o.number, o.tenant, o.channel, o.status, o.seq, o.reason, o.submitted_at, o.updated_at AS entered_at,
       o.stage_deadline, o.promised_at, o.expected_at, o.late, o.predicted_late,
       (o.offer ->> 'expiresAt')::timestamptz AS offer_expires_at, w.run_id
FROM orders AS o
LEFT JOIN order_workflow AS w ON w.order_id = o.id;

-- Keys set aside: what Kafka refused of an order (hop shop.outbox), and what a consumer could not handle (hop shop.inbox).
-- Few are parked at any time.
CREATE VIEW ledger.shop_parked AS
SELECT CASE WHEN p.key ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN p.key::uuid END AS order_id,
       'shop.outbox'::text AS hop, p.topic, NULL::text AS group_id, p.reason, NULL::text AS code, NULL::integer AS attempts,
       (SELECT count(*)::integer FROM outbox.parked_message AS m
        WHERE m.shard = p.shard AND m.topic = p.topic AND m.key = p.key) AS messages,
       p.parked_at, p.redrive
FROM outbox.parked_key AS p
UNION ALL
SELECT CASE WHEN encode(p.key, 'escape') ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN encode(p.key, 'escape')::uuid END,
       'shop.inbox', p.topic, p.group_id, p.reason, p.code, p.attempts,
       (SELECT count(*)::integer FROM outbox.consumer_parked_message AS m
        WHERE m.group_id = p.group_id AND m.topic = p.topic AND m.partition = p.partition AND m.key_digest = p.key_digest),
       p.parked_at, p.redrive
FROM outbox.consumer_parked_key AS p;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bezel_audit') THEN
    GRANT SELECT ON ledger.shop_order_details, ledger.shop_parked TO bezel_audit;
  END IF;
END $$;
