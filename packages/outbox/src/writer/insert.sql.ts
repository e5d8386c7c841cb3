/**
 * Writes messages in the order given. One statement finds the shard count, computes each shard and draws each number, so
 * a writer remembers nothing that could be out of date: after a change of the shard count a transaction with an old
 * snapshot asks for a sequence that is gone and fails.
 *
 * Safe under concurrency: rows are only inserted. `nextval` locks the shard's sequence for the whole top transaction,
 * which is what lets the relay tell a number that may still come from one that never will. The sub-select is sorted and
 * fenced by OFFSET 0, so numbers are drawn in the order of `n`.
 *
 * Touches the primary key (shard, seq, slot) of one partition; reads one row of `config`.
 *
 * Column names of the result are single words: plugins that rename columns leave them alone.
 */
export const insertMessages = (schema: string): string => `
INSERT INTO ${schema}.message (shard, seq, id, topic, key, type, source, headers, payload)
SELECT
  w.shard,
  nextval(('${schema}.' || ${schema}.sequence_name(w.generation, w.shard, w.shards))::regclass),
  w.id, w.topic, w.key, w.type, w.source, w.headers, w.payload
FROM (
  SELECT m.*, c.generation, c.shards::integer, ${schema}.hash_of(m.topic, m.key) % c.shards AS shard
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::bytea[])
    WITH ORDINALITY AS m (id, topic, key, type, source, headers, payload, n)
  CROSS JOIN ${schema}.config AS c
  ORDER BY m.n
  OFFSET 0
) AS w`;

/**
 * Writes one message with the schema's own function, which does the same. The server's session keeps the function's plans,
 * where the statement above is planned each time: planning it costs more than running it, and no name under which it could
 * be prepared survives a pooler that hands every transaction another session.
 *
 * The payload is a text here. A database whose encoding is not UTF-8 takes it as it is only if all of it is ASCII.
 */
export const writeMessage = (schema: string): string =>
  `SELECT ${schema}.write($1::text, $2::text, $3::text, $4::text, $5::text, $6::jsonb, $7::uuid)`;

/** Waits for transactions that serialize on the same keys. A statement of its own: what follows sees what they did. */
export const serializeKeys = (schema: string): string => `SELECT ${schema}.serialize($1::text[], $2::text[])`;
