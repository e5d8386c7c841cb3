-- One work order an order, opened by the order's workflow and moved on by operators.
CREATE TABLE work_order (
  -- UUIDv7, made when the work order is opened.
  id uuid PRIMARY KEY,
  -- The order of opening within a status of the board.
  position bigint GENERATED ALWAYS AS IDENTITY,
  order_id uuid NOT NULL UNIQUE,
  order_number text NOT NULL,
  tenant text NOT NULL,
  status text NOT NULL DEFAULT 'OPEN'
    CHECK (status IN ('OPEN', 'CLAIMED', 'STARTED', 'COMPLETED', 'PACKED', 'SHIPPED', 'WITHDRAWN')),
  claimed_by text,
  metal text NOT NULL CHECK (metal IN ('gold-585', 'gold-750', 'silver-925', 'platinum-950')),
  finish text NOT NULL CHECK (finish IN ('polished', 'brushed', 'hammered')),
  mass_mg bigint NOT NULL CHECK (mass_mg >= 0),
  model_sha256 text NOT NULL CHECK (model_sha256 ~ '^[0-9a-f]{64}$'),
  model_file_name text NOT NULL,
  model_bytes bigint NOT NULL CHECK (model_bytes > 0),
  opened_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT work_order_has_a_claimer CHECK (status IN ('OPEN', 'WITHDRAWN') OR claimed_by IS NOT NULL)
);

-- Pages of the board: one status, oldest first, whatever the depth of the page. The primary key serves the pages over all.
-- Not (status, id): the planner would then sometimes walk the primary key instead, in search of the few open work orders
-- behind millions of shipped ones. Nothing but this index knows the order of `position`.
CREATE INDEX work_order_board ON work_order (status, position);

-- Orders whose work order must not be made any more. A withdrawal that found no work order leaves its mark here, so that an
-- opening that was thought dead and comes late finds it (an activity's attempt may outlive its time-out).
CREATE TABLE withdrawn_order (
  order_id uuid PRIMARY KEY,
  reason text NOT NULL,
  withdrawn_at timestamptz NOT NULL DEFAULT now()
);

-- What the order itself has come to, as shop.orders tells it. It may be told before the work order is opened.
CREATE TABLE order_status (
  order_id uuid PRIMARY KEY,
  status text NOT NULL,
  seq integer NOT NULL CHECK (seq > 0),
  reason text,
  changed_at timestamptz NOT NULL
);
