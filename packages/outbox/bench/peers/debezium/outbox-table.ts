import type pg from 'pg';
import { KEYS, MESSAGE_TYPE, PAYLOAD } from '../../load/message.ts';

/**
 * The table of Debezium's documentation, with the payload as text instead of jsonb: nothing has to be parsed, and the
 * bytes arrive as they were written.
 */
const TABLE = `
CREATE SCHEMA debezium;
CREATE TABLE debezium.outbox (
  id uuid PRIMARY KEY, aggregatetype varchar(255) NOT NULL, aggregateid varchar(255) NOT NULL,
  type varchar(255) NOT NULL, payload text
)`;

/**
 * $1 first n, $2 last n, $3 topic, $4 type, $5 payload, $6 number of keys. The id, which becomes a header, holds n: from
 * it a reader knows what came and in which order it was written.
 */
const INSERT = `
INSERT INTO debezium.outbox (id, aggregatetype, aggregateid, type, payload)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $3, 'order-' || n % $6, $4, $5
FROM generate_series($1::bigint, $2::bigint) AS n`;

/** Rows of one transaction, as those of the relay. */
const CHUNK = 50_000;

/** Connections of this database are never ended for silence: while others are measured nobody answers on them. */
export async function createOutboxTable(db: pg.Pool): Promise<void> {
  await db.query(TABLE);
  const { rows } = await db.query('SELECT quote_ident(current_database()) AS name');
  await db.query(`ALTER DATABASE ${rows[0].name} SET wal_sender_timeout = 0`);
}

/** Writes and commits the messages from `first` to before `end`. */
export async function writeOutbox(db: pg.Pool, topic: string, first: number, end: number): Promise<void> {
  for (let n = first; n < end; n += CHUNK) {
    await db.query(INSERT, [n, Math.min(n + CHUNK, end) - 1, topic, MESSAGE_TYPE, PAYLOAD, KEYS]);
  }
}

/** Which message it is, from its id. */
export const numberOf = (id: string): number => Number.parseInt(id.slice(-12), 16);
