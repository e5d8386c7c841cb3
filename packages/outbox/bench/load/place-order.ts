import type pg from 'pg';
import type { Order } from './order-event.ts';

const CUSTOMERS = 10_000;

/** The tables of a small shop. Customers are many, so that clients hardly ever wait for each other. */
export async function createOrderTables(db: pg.Pool): Promise<void> {
  await db.query(`
CREATE TABLE customer (id integer PRIMARY KEY, name text NOT NULL, balance_minor bigint NOT NULL);
CREATE TABLE orders (
  id uuid PRIMARY KEY, customer_id integer NOT NULL REFERENCES customer, currency text NOT NULL,
  total_minor bigint NOT NULL, placed_at timestamptz NOT NULL, note text NOT NULL
);
CREATE INDEX ON orders (customer_id, placed_at);
CREATE TABLE order_line (
  order_id uuid NOT NULL REFERENCES orders, line smallint NOT NULL, article text NOT NULL, price_minor bigint NOT NULL,
  PRIMARY KEY (order_id, line)
);
INSERT INTO customer SELECT n, 'customer ' || n, 0 FROM generate_series(0, ${CUSTOMERS - 1}) AS n`);
  await db.query('VACUUM ANALYZE customer');
}

/** One order as a service would place it; `message` writes the message about it, or does nothing. */
export async function placeOrder(connection: pg.PoolClient, order: Order, message: () => Promise<void>): Promise<void> {
  const customer = Number.parseInt(order.orderId.slice(-12), 16) % CUSTOMERS;
  await connection.query('BEGIN');
  try {
    await connection.query('SELECT name, balance_minor FROM customer WHERE id = $1', [customer]);
    await connection.query(
      'INSERT INTO orders (id, customer_id, currency, total_minor, placed_at, note) VALUES ($1, $2, $3, $4, $5, $6)',
      [order.orderId, customer, order.currency, order.totalMinor, order.placedAt, order.note],
    );
    await connection.query(
      `INSERT INTO order_line (order_id, line, article, price_minor)
       SELECT $1, line, 'ring', $2 FROM generate_series(1, 3) AS line`,
      [order.orderId, order.totalMinor],
    );
    await connection.query('UPDATE customer SET balance_minor = balance_minor + $2 WHERE id = $1', [
      customer,
      order.totalMinor,
    ]);
    await message();
    await connection.query('COMMIT');
  } catch (error) {
    await connection.query('ROLLBACK');
    throw error;
  }
}
