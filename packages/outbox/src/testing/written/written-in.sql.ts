/**
 * The messages that the transaction it runs in has written so far, savepoints included: rows that are visible although the
 * transaction that made them, by `xmin`, is still at work. Of another transaction no such row is ever visible.
 *
 * `xmin` holds the lower 32 bits of a transaction's number, and a savepoint has a number of its own, later than that of the
 * transaction. So the number is put together from the transaction's and how much later the row's is; rows of earlier ones
 * are passed over unasked. A transaction that has no number yet has written nothing.
 *
 * Reads the whole table, which is meant for tests. Needs SELECT on `message`. Everything is answered as text, so that it
 * means the same through every library; names are single words: plugins that rename columns leave them alone.
 */
export const ownMessages = (schema: string): string => `
WITH own AS MATERIALIZED (SELECT pg_current_xact_id_if_assigned()::text::numeric AS xid)
SELECT w.id::text AS id, w.topic, w.key, w.type, w.source, w.headers::text AS headers, encode(w.payload, 'base64') AS payload
FROM (
  SELECT m.*, own.xid, mod(m.xmin::text::numeric - mod(own.xid, 4294967296) + 4294967296, 4294967296) AS later
  FROM own CROSS JOIN ${schema}.message AS m
) AS w
WHERE CASE WHEN w.later < 2147483648 THEN pg_xact_status((w.xid + w.later)::text::xid8) = 'in progress' ELSE false END
ORDER BY w.created_at, w.shard, w.seq`;
