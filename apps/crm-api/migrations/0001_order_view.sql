-- The CRM's view of all orders, built from events alone.

CREATE TABLE order_view (
  id           uuid        PRIMARY KEY,
  number       text        NOT NULL,
  tenant       text        NOT NULL,
  customer_id  text        NOT NULL,
  channel      text        NOT NULL,
  status       text        NOT NULL,
  -- The seq of the last move applied; 0 is SUBMITTED.
  seq          integer     NOT NULL,
  model        jsonb       NOT NULL,
  metal        text        NOT NULL,
  finish       text        NOT NULL,
  stones       integer     NOT NULL,
  offer        jsonb,
  reason       text,
  submitted_at timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL
);

-- Ids are UUIDv7, so an id's order is the order of submission: pages of the whole list walk the primary key, pages of one
-- status or one tenant walk these.
CREATE INDEX order_view_status ON order_view (status, id DESC);
CREATE INDEX order_view_tenant ON order_view (tenant, id DESC);
CREATE INDEX order_view_tenant_status ON order_view (tenant, status, id DESC);

-- Every move as it was told. There is no unique key on (order_id, seq) on purpose: the inbox is what makes each move
-- arrive once, and the audit counts these rows to prove it. A unique key would hide a broken inbox.
CREATE TABLE order_move (
  position    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id    uuid        NOT NULL,
  seq         integer     NOT NULL,
  from_status text,
  to_status   text        NOT NULL,
  reason      text,
  offer       jsonb,
  message_id  uuid        NOT NULL,
  at          timestamptz NOT NULL
);
CREATE INDEX order_move_order ON order_move (order_id, seq);
