-- Delays, as the shop tells them, and what the customer is told of them. Only added to: a process of the release before works on
-- beside it, but skips delays, and what it has skipped never comes again: move the consumers on before the shop.
SET LOCAL lock_timeout = '10s';

-- As the shop has them (apps/shop-api/migrations/0006_delays.sql).
ALTER TABLE order_view
  ADD COLUMN stage_deadline timestamptz,
  ADD COLUMN promised_at    timestamptz,
  ADD COLUMN expected_at    timestamptz,
  ADD COLUMN late           boolean NOT NULL DEFAULT false,
  ADD COLUMN predicted_late boolean NOT NULL DEFAULT false;

ALTER TABLE order_move
  ADD COLUMN deadline    timestamptz,
  ADD COLUMN promised_at timestamptz;

-- Every delay as it was told, numbered together with the moves: the two tables are in the order in which they were told. As
-- there, no unique key: it would hide a broken inbox.
CREATE TABLE order_delay (
  position    bigint      NOT NULL DEFAULT nextval('order_move_position_seq') PRIMARY KEY,
  order_id    uuid        NOT NULL,
  -- The move to the status that is late.
  seq         integer     NOT NULL,
  kind        text        NOT NULL,
  status      text        NOT NULL,
  deadline    timestamptz NOT NULL,
  expected_at timestamptz,
  message_id  uuid        NOT NULL,
  at          timestamptz NOT NULL
);
CREATE INDEX order_delay_order ON order_delay (order_id, seq);

-- What customers are told. Its id is that of the message it was made from: a second one fails, whatever the inbox thinks. Ids are
-- UUIDv7, so their order is the order of telling.
CREATE TABLE customer_message (
  id          uuid        PRIMARY KEY,
  order_id    uuid        NOT NULL,
  tenant      text        NOT NULL,
  customer_id text        NOT NULL,
  kind        text        NOT NULL,
  text        text        NOT NULL,
  at          timestamptz NOT NULL
);
CREATE INDEX customer_message_tenant ON customer_message (tenant, id DESC);
CREATE INDEX customer_message_order ON customer_message (order_id, id DESC);

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_database()) THEN
    EXECUTE format(
      $sql$
        GRANT SELECT, INSERT ON order_delay, customer_message TO %1$I;
        GRANT USAGE ON SEQUENCE order_move_position_seq TO %1$I;
      $sql$,
      current_database()
    );
  END IF;
END $$;
