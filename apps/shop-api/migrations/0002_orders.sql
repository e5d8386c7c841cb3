-- Every move an order may make: the transition table of @bezel/order-workflow, which a test compares with these rows.
CREATE TABLE order_transition (
  from_status text NOT NULL,
  to_status text NOT NULL,
  PRIMARY KEY (from_status, to_status)
);

INSERT INTO order_transition (from_status, to_status) VALUES
  ('SUBMITTED', 'PRICING'),
  ('SUBMITTED', 'CANCELLED'),
  ('PRICING', 'PRICED'),
  ('PRICING', 'REJECTED'),
  ('PRICING', 'CANCELLED'),
  ('PRICED', 'APPROVED'),
  ('PRICED', 'CANCELLED'),
  ('APPROVED', 'IN_MANUFACTURING'),
  ('APPROVED', 'CANCELLED'),
  ('IN_MANUFACTURING', 'MANUFACTURING_COMPLETED'),
  ('IN_MANUFACTURING', 'CANCELLED'),
  ('MANUFACTURING_COMPLETED', 'PACKED'),
  ('MANUFACTURING_COMPLETED', 'CANCELLED'),
  ('PACKED', 'SHIPPED'),
  ('PACKED', 'CANCELLED'),
  ('SHIPPED', 'DELIVERED');

CREATE SEQUENCE order_number;

CREATE TABLE orders (
  id uuid PRIMARY KEY,
  -- For people: B-2026-000123. lpad alone would cut a number of more than six digits.
  number text NOT NULL UNIQUE,
  tenant text NOT NULL,
  customer_id text NOT NULL,
  channel text NOT NULL CHECK (channel IN ('shop', 'partner')),
  model_sha256 text NOT NULL REFERENCES model (sha256),
  model_file_name text NOT NULL CHECK (length(model_file_name) BETWEEN 1 AND 255),
  model_bytes integer NOT NULL,
  metal text NOT NULL CHECK (metal IN ('gold-585', 'gold-750', 'silver-925', 'platinum-950')),
  finish text NOT NULL CHECK (finish IN ('polished', 'brushed', 'hammered')),
  stones integer NOT NULL CHECK (stones BETWEEN 0 AND 200),
  -- The last move: always the newest row of order_history, see the constraint below.
  status text NOT NULL,
  seq integer NOT NULL,
  -- json, not jsonb: an offer is shown with its members in the order they were given.
  offer json,
  reason text,
  submitted_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- Pages of a customer's own orders and of a partner's orders, newest first (ids are UUIDv7, so id order is time order).
CREATE INDEX orders_of_customer ON orders (tenant, customer_id, id);
CREATE INDEX orders_of_channel ON orders (tenant, channel, id);

-- The moves of each order, from 0 without a hole. The constraints hold whoever writes:
--   the primary key           one row a move: a move made twice fails, or was made before
--   order_history_allowed     only moves of the transition table (move 0 has no origin, and MATCH SIMPLE skips it)
--   order_history_chain       a move starts where the move before it ended
CREATE TABLE order_history (
  order_id uuid NOT NULL REFERENCES orders (id),
  seq integer NOT NULL CHECK (seq >= 0),
  previous_seq integer GENERATED ALWAYS AS (CASE WHEN seq > 0 THEN seq - 1 END) STORED,
  from_status text,
  to_status text NOT NULL,
  reason text,
  caused_by uuid,
  offer json,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (order_id, seq),
  UNIQUE (order_id, seq, to_status),
  CHECK ((seq = 0) = (from_status IS NULL)),
  CHECK (seq > 0 OR to_status = 'SUBMITTED'),
  CHECK ((to_status = 'PRICED') = (offer IS NOT NULL)),
  CONSTRAINT order_history_allowed FOREIGN KEY (from_status, to_status) REFERENCES order_transition (from_status, to_status),
  CONSTRAINT order_history_chain FOREIGN KEY (order_id, previous_seq, from_status)
    REFERENCES order_history (order_id, seq, to_status)
);

-- A status cannot be set without its history row. Checked at commit, because each of the two rows needs the other.
ALTER TABLE orders ADD CONSTRAINT orders_status_has_history FOREIGN KEY (id, seq, status)
  REFERENCES order_history (order_id, seq, to_status) DEFERRABLE INITIALLY DEFERRED;

-- What people and couriers said, each with the outbox message that tells the workflow. One row a thing said: the same
-- acceptance, cancellation or delivery said twice is one fact, however many requests raced.
CREATE TABLE order_fact (
  message_id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders (id),
  kind text NOT NULL CHECK (kind IN ('price-accepted', 'cancellation-requested', 'delivered')),
  offer_id uuid,
  said_by text NOT NULL,
  reason text,
  at timestamptz NOT NULL DEFAULT now(),
  CHECK ((kind = 'price-accepted') = (offer_id IS NOT NULL)),
  CONSTRAINT order_fact_said_once UNIQUE NULLS NOT DISTINCT (order_id, kind, offer_id)
);

-- Facts that came when they could not be honoured any more. after_seq puts them into their place in the history without
-- asking a clock.
CREATE TABLE order_refused_fact (
  order_id uuid NOT NULL REFERENCES orders (id),
  message_id uuid NOT NULL,
  kind text NOT NULL,
  status text NOT NULL,
  reason text NOT NULL,
  after_seq integer NOT NULL,
  said_at timestamptz NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (order_id, message_id)
);

-- The Temporal run of each order. A table of its own: the consumer that writes it never waits for a move of the order.
CREATE TABLE order_workflow (
  order_id uuid PRIMARY KEY REFERENCES orders (id),
  run_id text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now()
);
