import type pg from 'pg';

/** Has the orchestrator have taken a message that was written then (UTC, ISO 8601), whatever came of it. */
export const tookMessage = (pool: pg.Pool, messageId: string, at: string) =>
  pool.query(
    `INSERT INTO outbox.inbox (group_id, slot, ce_time, id) VALUES ('shop.orchestrator', outbox.inbox_slot($1), $1, $2)`,
    [at, messageId],
  );
