/**
 * When things were committed, on the clock of the one Postgres that all databases lie in: `track_commit_timestamp` keeps
 * the moment of each commit, and a row names the transaction that wrote it. Neither table's rows are ever updated. Each
 * statement runs once, after the measurement: it may read the whole table. Milliseconds since 1970.
 */

/** The moves that a message caused: order, number of the move, message, when the move was committed. */
export const MOVES = `
  SELECT order_id, seq, caused_by, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS at
  FROM order_history
  WHERE caused_by IS NOT NULL AND order_id = ANY ($1)`;

/** When the transaction that recorded a fact, its outbox row among what it wrote, was committed. */
export const FACTS = `
  SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 * 1000 AS at
  FROM outbox.message
  WHERE id = ANY ($1)`;
