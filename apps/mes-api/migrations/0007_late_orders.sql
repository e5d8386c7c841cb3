-- The move whose status is late; it is late now while that is the last move (late_seq = seq). So a process of the release before,
-- which works on beside it and knows nothing of delays, takes the mark away too when it follows the order to its next status.
SET LOCAL lock_timeout = '10s';

ALTER TABLE order_status ADD COLUMN late_seq integer;

-- Serves the board's page of what is late. Not on `late_seq = seq`: every move changes seq, and would then change an index.
CREATE INDEX order_status_late ON order_status (order_id) WHERE late_seq IS NOT NULL;
