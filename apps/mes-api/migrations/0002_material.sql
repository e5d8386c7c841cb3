-- Metal in the house, by kind, in mg. What is free is on_hand_mg - reserved_mg. It may be negative: an order that was paid for
-- is never refused for want of metal; its reservation is marked short until metal is delivered or other orders fall away.
CREATE TABLE material_stock (
  metal text PRIMARY KEY CHECK (metal IN ('gold-585', 'gold-750', 'silver-925', 'platinum-950')),
  on_hand_mg bigint NOT NULL,
  reserved_mg bigint NOT NULL DEFAULT 0 CHECK (reserved_mg >= 0)
);

-- What a new workshop begins with. Deliveries are booked from then on.
INSERT INTO material_stock (metal, on_hand_mg) VALUES
  ('gold-585', 5000000),
  ('gold-750', 5000000),
  ('silver-925', 50000000),
  ('platinum-950', 2000000);

-- The metal of one work order. RESERVED until the parcel leaves the house (CONSUMED) or the work order is withdrawn (RELEASED:
-- a piece half made is still the house's metal, and is melted down).
--
-- Whoever changes a row of this table holds the row lock of its metal's stock, so these hold at every commit:
--   material_stock.reserved_mg = the sum of mass_mg over the RESERVED reservations of the metal;
--   the shortage (reserved_mg - on_hand_mg, if positive) lies on the youngest reservations: these are short, no others.
CREATE TABLE material_reservation (
  order_id uuid PRIMARY KEY REFERENCES work_order (order_id),
  -- Age: drawn under the stock's row lock, so within a metal it is the order of reserving.
  number bigint GENERATED ALWAYS AS IDENTITY,
  metal text NOT NULL REFERENCES material_stock (metal),
  mass_mg bigint NOT NULL CHECK (mass_mg >= 0),
  state text NOT NULL DEFAULT 'RESERVED' CHECK (state IN ('RESERVED', 'CONSUMED', 'RELEASED')),
  short boolean NOT NULL,
  reserved_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  CHECK (NOT short OR state = 'RESERVED')
);

-- Serves the sharing out of a shortage: the reservations of a metal by age.
CREATE INDEX material_reservation_by_age ON material_reservation (metal, number) WHERE state = 'RESERVED';
-- Serves the question whether any is short, which is asked at every release and is nearly always no.
CREATE INDEX material_reservation_short ON material_reservation (metal) WHERE short;

-- Metal that came in, as it was booked.
CREATE TABLE material_delivery (
  id uuid PRIMARY KEY,
  metal text NOT NULL REFERENCES material_stock (metal),
  mass_mg bigint NOT NULL CHECK (mass_mg > 0),
  booked_by text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
