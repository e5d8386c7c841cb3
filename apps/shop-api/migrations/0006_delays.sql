-- Delays. Only added to: a process of the release before works on beside it. It does not take the marks away when it moves an
-- order; they then stand until a process of this release moves it on or records its next delay.
--
-- No default but a constant one, so no row is rewritten, and no index: a move writes these columns with the others of its row.
-- Should a transaction hold `orders` for long, this gives up instead of making everybody queue behind it, and is tried again.
SET LOCAL lock_timeout = '10s';

ALTER TABLE orders
  -- When the status it has passes its SLA; null where it has none.
  ADD COLUMN stage_deadline timestamptz,
  -- When delivery was promised for; null before APPROVED. Never changes.
  ADD COLUMN promised_at timestamptz,
  -- When delivery was last expected; null while no delay was told, and again when the order has ended.
  ADD COLUMN expected_at timestamptz,
  -- The status it has passed its SLA. The next move takes it away.
  ADD COLUMN late boolean NOT NULL DEFAULT false,
  -- By what is left to do, it will be delivered after the time promised. Its end takes it away.
  ADD COLUMN predicted_late boolean NOT NULL DEFAULT false;

-- Every delay as the workflow told it, each with the outbox message that tells everybody else. The primary key is what makes a
-- delay be recorded once; the foreign key ties it to a move that was made, to the status it led to.
CREATE TABLE order_delay (
  order_id uuid NOT NULL,
  seq integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('late', 'predicted')),
  status text NOT NULL,
  deadline timestamptz NOT NULL,
  expected_at timestamptz,
  message_id uuid NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (order_id, seq, kind),
  FOREIGN KEY (order_id, seq, status) REFERENCES order_history (order_id, seq, to_status)
);

CREATE VIEW ledger.shop_delay AS
SELECT order_id, 'shop.delay'::text AS hop, message_id, seq || ' ' || kind AS state, at
FROM order_delay;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_database()) THEN
    EXECUTE format('GRANT SELECT, INSERT ON order_delay TO %I', current_database());
  END IF;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'bezel_audit') THEN
    GRANT SELECT ON ledger.shop_delay TO bezel_audit;
  END IF;
END $$;
