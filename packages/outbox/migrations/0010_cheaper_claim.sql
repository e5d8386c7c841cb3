-- What a batch costs the server before its handlers run. Postgres keeps the plans of a function's statements for the session;
-- one statement that did the same was planned for every batch, which took longer than a small batch itself. A name under
-- which it could be prepared does not survive a pooler that hands every transaction another session.

-- The same slots, without the arithmetic of numeric: it is computed twice for every id, once by the CHECK.
CREATE OR REPLACE FUNCTION :schema.inbox_slot(ce_time timestamptz) RETURNS smallint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ((((ce_time AT TIME ZONE 'UTC')::date - DATE '1970-01-01') % 16 + 16) % 16)::smallint;

-- Puts events into the inbox. Answers the places (1 = first) of those nobody of the group has handled yet, and of these the
-- ones that are so old that nobody can know: ids from before `inbox_from` may be gone. `fresh` is null when it is all of them,
-- `stale` when it is none; else the first place counts where an event is given twice.
--
-- A copy in flight elsewhere makes the INSERT wait for its transaction's end; sorted, two of them cannot wait for each other.
-- Served by the primary key of the slots.
CREATE FUNCTION :schema.remember(
  consumer_group text, times timestamptz[], ids text[], inbox_from timestamptz, OUT fresh integer[], OUT stale integer[]
) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
BEGIN
  WITH added AS (
    INSERT INTO :schema.inbox (group_id, slot, ce_time, id)
    SELECT consumer_group, :schema.inbox_slot(m.ce_time), m.ce_time, m.id
    FROM unnest(times, ids) AS m (ce_time, id)
    ORDER BY m.ce_time, m.id
    ON CONFLICT DO NOTHING
    RETURNING ce_time, id
  ), placed AS (
    SELECT m.ce_time, min(m.place)::integer AS place
    FROM unnest(times, ids) WITH ORDINALITY AS m (ce_time, id, place)
    WHERE (m.ce_time, m.id) IN (SELECT a.ce_time, a.id FROM added AS a)
    GROUP BY m.ce_time, m.id
  )
  SELECT
    CASE WHEN (SELECT count(*) FROM added) < cardinality(ids)
      THEN ARRAY(SELECT p.place FROM placed AS p ORDER BY p.place) END,
    CASE WHEN (SELECT min(a.ce_time) FROM added AS a) < inbox_from
      THEN ARRAY(SELECT p.place FROM placed AS p WHERE p.ce_time < inbox_from ORDER BY p.place) END
  INTO fresh, stale;
END $$;

-- Moves the position of a group in a partition over a batch, and remembers its events. `expected` is where the consumer
-- believes the position to be, `next` is behind the batch, `times` and `ids` are of its events, in their order; ids are `kept`
-- for so long. Answers where the position was (null: there is none), whether it moved, whether any key of the partition is
-- parked, from when on ids are sure to be there, and what `remember` answers. Where a key is parked it remembers nothing: which
-- events may be handled is asked next, under the lock this function took.
--
-- Two consumers may believe they own the partition: Kafka tells the old one late, and a frozen one wakes up later still. The
-- row of the position is locked until the transaction ends, so one of them works at a time, and it is moved only from where
-- this consumer believes it to be. Whoever comes second finds it moved and does nothing. So no message between two positions
-- is handled twice, and no position goes back, however many owners there are. NOWAIT (55P03): the second does not queue behind
-- the first; it looks again later, without holding a connection.
--
-- Each statement sees what was committed before it, so the inbox is looked at as it is when the lock is had. At REPEATABLE READ
-- it would not be: consumers begin their transactions as READ COMMITTED.
--
-- `inbox_from` follows the time of the last event, by whole days, so that ids can be removed (0009_inbox_retention.sql). The
-- clock only keeps an event from the future from moving it too far. As long as a key is parked it stays: what is parked may
-- be brought back as late as you like.
--
-- Served by consumer_position_pkey.
CREATE FUNCTION :schema.claim(
  consumer_group text, topic text, partition integer, expected bigint, next bigint,
  times timestamptz[], ids text[], kept interval,
  OUT next_offset bigint, OUT moved boolean, OUT parked boolean, OUT inbox_from timestamptz, OUT fresh integer[], OUT stale integer[]
) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
BEGIN
  SELECT p.next_offset, p.parked, p.inbox_from INTO next_offset, parked, inbox_from
  FROM :schema.consumer_position AS p
  WHERE p.group_id = consumer_group AND p.topic = topic AND p.partition = partition
  FOR UPDATE NOWAIT;
  moved := coalesce(next_offset = expected, false);
  IF NOT moved THEN
    RETURN;
  END IF;
  UPDATE :schema.consumer_position AS p SET
    next_offset = next,
    moved_at = clock_timestamp(),
    inbox_from = CASE WHEN parked OR cardinality(times) = 0 THEN p.inbox_from ELSE greatest(
      p.inbox_from,
      date_trunc('day', least(times[cardinality(times)], clock_timestamp()), 'UTC') - kept
    ) END
  WHERE p.group_id = consumer_group AND p.topic = topic AND p.partition = partition;
  IF NOT parked AND cardinality(ids) > 0 THEN
    SELECT r.fresh, r.stale INTO fresh, stale FROM :schema.remember(consumer_group, times, ids, inbox_from) AS r;
  END IF;
END $$;

-- Bounds the transaction a consumer has just begun, so that whatever becomes of the consumer, its lock on the position ends.
-- All of it is local to the transaction: nothing is left behind in a pooled session.
--
-- A consumer that is frozen between two statements: Postgres ends the session after `longest` milliseconds.
-- One that gave up, or was killed, while a statement of its handler runs or waits for a lock: Postgres does not notice a closed
-- connection by itself until the statement ends; told to look, it does within a second (not on Windows, which cannot).
-- A statement that nobody gave up: it ends after `longest`, unless the login's own statement_timeout is shorter.
CREATE FUNCTION :schema.bound_transaction(longest integer) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  own CONSTANT interval := current_setting('statement_timeout')::interval;
BEGIN
  PERFORM set_config('idle_in_transaction_session_timeout', longest::text, true);
  IF own = interval '0' OR own > longest * interval '1 millisecond' THEN
    PERFORM set_config('statement_timeout', longest::text, true);
  END IF;
  IF version() !~* 'visual|mingw|msvc' THEN
    PERFORM set_config('client_connection_check_interval', '1s', true);
  END IF;
END $$;
