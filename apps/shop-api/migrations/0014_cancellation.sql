-- What is taken back when an order is cancelled. The foreign keys wait for whoever writes to `orders`. Should a transaction do
-- so for long, this gives up instead of making everybody queue behind it, and is tried again.
SET LOCAL lock_timeout = '10s';

-- Each step that is done, once, with the message that tells it: it is history. after_seq puts it into its place there: after
-- the last move before the cancellation, or, for the partner's notice, after the cancellation itself.
CREATE TABLE order_compensation (
  order_id uuid NOT NULL REFERENCES orders (id),
  step text NOT NULL CHECK (step IN ('material-released', 'work-order-withdrawn', 'partner-told')),
  message_id uuid NOT NULL,
  after_seq integer NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (order_id, step)
);

-- How often the MES failed to withdraw the work order, as it told last. A row is there for an order whose withdrawal has failed.
CREATE TABLE withdrawal_failure (
  order_id uuid PRIMARY KEY REFERENCES orders (id),
  tries integer NOT NULL CHECK (tries > 0),
  error text NOT NULL,
  at timestamptz NOT NULL
);

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_database()) THEN
    EXECUTE format('GRANT SELECT, INSERT ON order_compensation TO %I', current_database());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON withdrawal_failure TO %I', current_database());
  END IF;
END $$;
