-- The answer to each request that came with an Idempotency-Key, written in the transaction of the request's effect.
CREATE SCHEMA IF NOT EXISTS idempotency;

CREATE TABLE idempotency.answer (
  tenant       text        NOT NULL,
  caller       text        NOT NULL,
  method       text        NOT NULL,
  route        text        NOT NULL,
  key          text        NOT NULL,
  request_hash bytea       NOT NULL CHECK (octet_length(request_hash) = 32),
  -- Null only inside the transaction that is making the answer; nobody else can see that.
  status       smallint    CHECK (status BETWEEN 200 AND 299),
  headers      json,
  -- json, not jsonb: a replay keeps the order of the members.
  body         json,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, caller, method, route, key)
);

-- Serves the sweep of expired answers; rows arrive in its order, so it stays cheap to keep.
CREATE INDEX answer_created_at ON idempotency.answer (created_at);
