-- Indexes of the operators' list (src/operations/orders-in-database.ts): oldest first within a status, within a partner's
-- status, and among the late ones. A partner's orders whatever their status are served by orders_of_channel, all orders by
-- the primary key.
--
-- What they cost: a move writes two entries more, beside the four its row has anyway. Without them hardly any move was spared
-- those four (5 of 16,000 on a filled table: the new version of a row seldom fits the page of the old one). orders_late has an
-- entry for a late order only.
--
-- Building an index on a large table holds up its writers, unless it is built CONCURRENTLY, which no transaction may. Where
-- that matters, build the three by hand with CONCURRENTLY and these names before this release; they are then left alone.
SET LOCAL lock_timeout = '10s';

CREATE INDEX IF NOT EXISTS orders_of_status ON orders (status, id);
CREATE INDEX IF NOT EXISTS orders_of_tenant_status ON orders (tenant, status, id);
CREATE INDEX IF NOT EXISTS orders_late ON orders (id) WHERE late;
