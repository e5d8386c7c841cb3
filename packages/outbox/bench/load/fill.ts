import type pg from 'pg';
import { KEYS, MESSAGE_SOURCE, MESSAGE_TYPE, PAYLOAD } from './message.ts';

/** Rows of one transaction: small enough for Ctrl-C, large enough to be quick. */
const CHUNK = 50_000;

/**
 * Messages as the library's writer leaves them: shard from the key, number from the shard's sequence, both in the
 * statement that inserts. Only the data is made by the server.
 *
 * $1 topic, $2 first n, $3 last n, $4 type, $5 source, $6 payload, $7 number of keys
 */
const INSERT = `
INSERT INTO outbox.message (shard, seq, id, topic, key, type, source, headers, payload)
SELECT
  w.shard,
  nextval(('outbox.' || outbox.sequence_name(w.generation, w.shard, w.shards))::regclass),
  outbox.new_id(), $1, w.key, $4, $5, '{}', $6
FROM (
  SELECT m.key, c.generation, c.shards::integer, outbox.hash_of($1, m.key) % c.shards AS shard
  FROM (SELECT 'order-' || (n % $7) AS key FROM generate_series($2::bigint, $3::bigint) AS n) AS m
  CROSS JOIN outbox.config AS c
  OFFSET 0
) AS w`;

/** Writes and commits `count` messages. */
export async function fill(
  db: pg.Pool,
  { topic, count, signal, onRows }: { topic: string; count: number; signal: AbortSignal; onRows?: (n: number) => void },
): Promise<void> {
  for (let first = 0; first < count; first += CHUNK) {
    signal.throwIfAborted();
    await insertMessages(db, topic, first, Math.min(first + CHUNK, count));
    onRows?.(Math.min(first + CHUNK, count));
  }
}

/** Writes the messages from `first` to before `end`, on whatever connection or transaction is given. */
export async function insertMessages(
  db: pg.Pool | pg.PoolClient,
  topic: string,
  first: number,
  end: number,
): Promise<void> {
  await db.query(INSERT, [topic, first, end - 1, MESSAGE_TYPE, MESSAGE_SOURCE, Buffer.from(PAYLOAD), KEYS]);
}
