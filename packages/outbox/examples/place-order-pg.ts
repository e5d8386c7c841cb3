import { createOutbox } from '@bezel/outbox';
import type { Pool } from 'pg';
import { OrderPlaced } from './order-placed.ts';

export function createOrders(pool: Pool) {
  const outbox = createOutbox({ source: '/bookshop', db: pool }); // `db` is for nudge alone

  return async function placeOrder(order: { id: string; totalMinor: string }): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('INSERT INTO orders (id, total_minor) VALUES ($1, $2)', [order.id, order.totalMinor]);
      await outbox.write(client, OrderPlaced, { orderId: order.id, totalMinor: order.totalMinor });
      await client.query('COMMIT');
    } catch (error) {
      client.release(true); // closes the connection, and so ends its transaction
      throw error;
    }
    client.release();
    await outbox.nudge().catch(() => {}); // an idle relay need not wait for its next poll; nothing depends on it
  };
}
