-- What the ledger may read of the shop (packages/ledger/docs/views.md): five columns, one view a hop, no row left out.
CREATE SCHEMA ledger;

CREATE VIEW ledger.shop_order AS
SELECT id AS order_id, 'shop.order'::text AS hop, NULL::uuid AS message_id, status AS state, updated_at AS at
FROM orders;

CREATE VIEW ledger.shop_history AS
SELECT order_id, 'shop.history'::text AS hop, caused_by AS message_id, seq || ' ' || to_status AS state, at
FROM order_history
UNION ALL
SELECT order_id, 'shop.history', message_id, 'refused ' || kind, at
FROM order_refused_fact;

-- Every message of the shop has the order's id as its key. Another key would be an error; it shows as an order that is null.
CREATE VIEW ledger.shop_outbox AS
SELECT CASE WHEN key ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN key::uuid END AS order_id,
       'shop.outbox'::text AS hop, id AS message_id, shard || '/' || seq || ' ' || topic || ' ' || type AS state,
       created_at AS at
FROM outbox.message;

-- The inbox knows messages, not orders.
CREATE VIEW ledger.shop_inbox AS
SELECT NULL::uuid AS order_id, 'shop.inbox'::text AS hop,
       CASE WHEN id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN id::uuid END AS message_id,
       group_id AS state, handled_at AS at
FROM outbox.inbox;
