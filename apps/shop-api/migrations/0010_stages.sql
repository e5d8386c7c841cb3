-- The moves an order may make are a constraint of order_history now (0009), which each insert checks by itself. The table of
-- before had a row a move that every insert of a history row locked: with many orders at once they all met there.
SET LOCAL lock_timeout = '10s';

DROP TABLE order_transition;

-- The figures of the stages (src/stages/stage-figures.ts): how many orders are in a status, since when, and which are late,
-- from the index alone. It has the orders under way and no other, so it stays small however many have ended, and an order that
-- ends leaves it. A move writes one entry more, beside those its row has anyway (0008).
--
-- Building an index on a large table holds up its writers, unless it is built CONCURRENTLY, which no transaction may. Where
-- that matters, build it by hand with CONCURRENTLY and this name before this release; it is then left alone.
CREATE INDEX IF NOT EXISTS orders_in_stage ON orders (status, updated_at) INCLUDE (stage_deadline)
  WHERE status NOT IN ('DELIVERED', 'CANCELLED', 'REJECTED');
