/**
 * Empties one slot of the ring if everything in it was published, and says what came of it. Why this is safe and what it
 * waits for stands with the function, in `migrations/0003_retention.sql`. One statement of its own: the lock it takes ends
 * with it, wherever this process is by then.
 *
 * $1 slot.
 */
export const emptySlot = (schema: string): string => `SELECT ${schema}.empty_slot($1::smallint) AS outcome`;

/**
 * Empties one slot of the inbox if no consumer needs what is in it. Why this is safe stands with the function, in
 * `migrations/0009_inbox_retention.sql`. $1 slot.
 */
export const emptyInboxSlot = (schema: string): string => `SELECT ${schema}.empty_inbox_slot($1::smallint) AS outcome`;

/** The slots of the inbox, and the bytes each takes with its index. */
export const listInboxSlots = (schema: string): string => `
SELECT substring(c.relname FROM 'inbox_slot_(\\d+)$')::int AS slot, pg_total_relation_size(c.oid) AS bytes
FROM pg_partition_tree('${schema}.inbox') AS t JOIN pg_class AS c ON c.oid = t.relid
WHERE t.isleaf ORDER BY slot`;

/** The slots there are, how many days ago each was the current one, and the bytes it takes with its index. */
export const listSlots = (schema: string): string => `
WITH slot AS (
  SELECT substring(c.relname FROM 'message_slot_(\\d+)$')::int AS slot, pg_total_relation_size(c.oid) AS bytes
  FROM pg_partition_tree('${schema}.message') AS t JOIN pg_class AS c ON c.oid = t.relid
  WHERE t.isleaf
)
SELECT slot, bytes, mod(${schema}.current_slot() - slot + count(*) OVER (), count(*) OVER ())::int AS age
FROM slot ORDER BY slot`;
