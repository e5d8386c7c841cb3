import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createConsumer } from '@bezel/outbox';
import { checkHistory, oneAfterTheOther, play, virtualBroker } from '@bezel/outbox/testing';
import type { Pool } from 'pg';
import { issueInvoice } from './issue-invoice.ts';
import { OrderPlaced } from './order-placed.ts';

/** In a database of its own for each seed. */
export async function proveHandlers(pool: Pool, seed: number): Promise<void> {
  const broker = virtualBroker({ seed, copies: 0.5 });
  const consumer = createConsumer({
    db: pool,
    subscriber: broker.subscriber,
    groupId: 'billing',
    handlers: [issueInvoice()],
  });
  await consumer.start();
  try {
    const sent = [];
    for (const orderId of Array.from({ length: 10 }, () => randomUUID())) {
      for (const totalMinor of ['1999', '2999']) {
        const { id } = await broker.send(OrderPlaced, { orderId, totalMinor });
        sent.push({ id, topic: OrderPlaced.topic, key: orderId });
      }
    }
    await play(broker, [consumer]);
    const { rows: handled } = await pool.query('SELECT event_id AS id FROM invoice ORDER BY number');
    assert.deepEqual(checkHistory({ ...oneAfterTheOther(sent), handled }), []);
  } finally {
    await consumer.stop();
  }
}
