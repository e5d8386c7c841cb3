import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writtenIn } from '@bezel/outbox/testing';
import type { Pool } from 'pg';
import { OrderPlaced } from './order-placed.ts';
import { placeOrder } from './place-order-executor.ts';

export async function proveWriting(pool: Pool): Promise<void> {
  const client = await pool.connect();
  await client.query('BEGIN');
  try {
    const order = { id: randomUUID(), totalMinor: '1999' };
    await placeOrder({ run: (sql, params) => client.query(sql, params) }, order);
    const [placed, ...more] = await writtenIn(client, OrderPlaced);
    assert.deepEqual(placed?.data, { orderId: order.id, totalMinor: '1999' });
    assert.equal(placed.key, order.id);
    assert.deepEqual(more, []);
  } finally {
    await client.query('ROLLBACK'); // nothing of it stays
    client.release();
  }
}
