import type pg from 'pg';
import { KEYS } from './message.ts';

/** One row for each key of a benchmark's messages. Updates stay on their page. */
export async function createAccounts(pool: pg.Pool): Promise<void> {
  await pool.query(`
    CREATE TABLE account (key text PRIMARY KEY, orders bigint NOT NULL DEFAULT 0) WITH (fillfactor = 50);
    INSERT INTO account (key) SELECT 'order-' || n FROM generate_series(0, ${KEYS - 1}) AS n;
    ANALYZE account`);
}

/** What a message does to its account. $1 key. */
export const COUNT_ORDER = 'UPDATE account SET orders = orders + 1 WHERE key = $1';

/** The same for many messages. $1 keys. */
export const COUNT_ORDERS = `
UPDATE account SET orders = account.orders + m.orders
FROM (SELECT key, count(*) AS orders FROM unnest($1::text[]) AS key GROUP BY key) AS m
WHERE account.key = m.key`;

/** How many messages were counted since the last call. */
export async function takeCounted(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query('SELECT sum(orders)::int AS counted FROM account');
  await pool.query('UPDATE account SET orders = 0 WHERE orders > 0');
  await pool.query('VACUUM account');
  return rows[0].counted;
}
