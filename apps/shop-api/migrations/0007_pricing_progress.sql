-- How far the pricing of an order is, as the MES told last. A table of its own: the consumer that writes it never waits for a
-- move of the order. Most orders have no row: what is priced within two seconds is not told about. A row means something only
-- while its order is in PRICING.
--
-- The foreign key waits for whoever writes to `orders`. Should a transaction do so for long, this gives up instead of making
-- everybody queue behind it, and is tried again.
SET LOCAL lock_timeout = '10s';

CREATE TABLE pricing_progress (
  order_id uuid PRIMARY KEY REFERENCES orders (id),
  phase text NOT NULL,
  percent integer NOT NULL CHECK (percent BETWEEN 0 AND 99),
  -- When it was so, by the clock of whoever measures.
  at timestamptz NOT NULL
);

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = current_database()) THEN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON pricing_progress TO %I', current_database());
  END IF;
END $$;
