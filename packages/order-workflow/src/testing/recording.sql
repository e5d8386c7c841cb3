-- What the activities of the tests commit: the least that a shop and an MES would.
CREATE TABLE moves (
  order_id  text NOT NULL,
  seq       integer NOT NULL,
  "from"    text NOT NULL,
  "to"      text NOT NULL,
  caused_by text,
  reason    text,
  offer     jsonb,
  trace_id  text,
  worker    text NOT NULL,
  PRIMARY KEY (order_id, seq)
);
CREATE TABLE refusals (
  order_id   text NOT NULL,
  message_id text NOT NULL,
  kind       text NOT NULL,
  status     text NOT NULL,
  reason     text NOT NULL,
  PRIMARY KEY (order_id, message_id)
);
CREATE TABLE delays (
  order_id text NOT NULL,
  seq      integer NOT NULL,
  kind     text NOT NULL,
  status   text NOT NULL,
  PRIMARY KEY (order_id, seq, kind)
);
-- The shop's own record that an offer was accepted.
CREATE TABLE acceptances (order_id text PRIMARY KEY);
CREATE TABLE work_orders (
  order_id text PRIMARY KEY,
  id       uuid NOT NULL,
  mass_mg  integer NOT NULL,
  status   text NOT NULL,
  reason   text
);
-- Each attempt of an activity that can be kept waiting, and how it ended.
CREATE TABLE attempts (
  order_id text NOT NULL,
  activity text NOT NULL,
  ended    text,
  id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
-- An activity waits while its gate for the order is here.
CREATE TABLE closed_gates (order_id text NOT NULL, activity text NOT NULL, PRIMARY KEY (order_id, activity));
