-- Signed callbacks already taken, by the courier's own id of the event, the order they were about and the time of delivery they told.
CREATE TABLE courier_event (
  webhook_id text PRIMARY KEY CHECK (length(webhook_id) BETWEEN 1 AND 255),
  order_id uuid NOT NULL REFERENCES orders (id),
  delivered_at timestamptz NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
