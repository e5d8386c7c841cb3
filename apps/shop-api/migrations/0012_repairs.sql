-- Repairs of orders: what was asked, by whom and why, and what came of it. A row is an ask until a process that reaches Temporal
-- has carried it out (src/repair); it stays as a line of the order's history.
--
-- The foreign key waits for whoever writes to `orders`. Should a transaction do so for long, this gives up instead of making
-- everybody queue behind it, and is tried again.
SET LOCAL lock_timeout = '10s';

CREATE TABLE order_repair (
  -- UUIDv7, made by whoever asks: the same ask twice is one.
  id uuid PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders (id),
  --   run-workflow  start the workflow where the order stands
  --   tell-fact     tell it a fact again, that of message_id
  --   redrive       play again what is parked of the order
  kind text NOT NULL CHECK (kind IN ('run-workflow', 'tell-fact', 'redrive')),
  message_id uuid,
  -- What another service told, as its event said it; null where the shop has the fact itself (order_fact).
  fact json,
  asked_by text NOT NULL,
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  -- Puts it into its place in the history without asking a clock.
  after_seq integer NOT NULL,
  --   asked     waits to be carried out
  --   done      was carried out
  --   needless  there was nothing to do any more
  --   refused   is not safe, or not possible; outcome says what a person must decide
  state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'done', 'needless', 'refused')),
  outcome text,
  at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  CHECK ((kind = 'tell-fact') = (message_id IS NOT NULL)),
  CHECK ((state = 'asked') = (ended_at IS NULL))
);

-- The same repair is asked once at a time, whoever asks it.
CREATE UNIQUE INDEX order_repair_asked_once ON order_repair (order_id, kind, message_id) NULLS NOT DISTINCT
  WHERE state = 'asked';
-- What waits to be carried out, oldest first; ids are UUIDv7.
CREATE INDEX order_repair_asked ON order_repair (id) WHERE state = 'asked';
-- An order's history.
CREATE INDEX order_repair_of_order ON order_repair (order_id, id);

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_database()) THEN
    EXECUTE format(
      $sql$
        GRANT SELECT, INSERT, UPDATE ON order_repair TO %1$I;
        GRANT UPDATE ON order_workflow TO %1$I;
      $sql$,
      current_database()
    );
  END IF;
END $$;
