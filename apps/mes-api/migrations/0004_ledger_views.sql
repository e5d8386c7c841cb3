-- What the ledger may see of this database: views, and nothing else of it.
CREATE SCHEMA ledger;

CREATE VIEW ledger.mes_work_order AS
  SELECT order_id, 'mes.work-order'::text AS hop, id AS message_id, status AS state, updated_at AS at FROM work_order;

-- Every message of the MES has the order's id as its key. Another key would be an error; it shows as an order that is null.
CREATE VIEW ledger.mes_outbox AS
  SELECT CASE WHEN key ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN key::uuid END AS order_id, 'mes.outbox'::text AS hop, id AS message_id,
         shard || '/' || seq || ' ' || topic || ' ' || type AS state, created_at AS at
  FROM outbox.message;

-- The inbox knows messages, not orders.
CREATE VIEW ledger.mes_inbox AS
  SELECT NULL::uuid AS order_id, 'mes.inbox'::text AS hop,
         CASE WHEN id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN id::uuid END AS message_id, group_id AS state, handled_at AS at
  FROM outbox.inbox;
