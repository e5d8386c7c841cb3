import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createConsumer, createOutbox, createRelay } from '@bezel/outbox';
import { kafkajsPublisher, kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import pg from 'pg';
import { issueInvoice } from './issue-invoice.ts';
import { OrderPlaced } from './order-placed.ts';

const { DATABASE_URL, KAFKA_BROKERS = '', TOPIC = '' } = process.env;
const ORDERS = 20;

const pool = new pg.Pool({ connectionString: DATABASE_URL });
const kafka = { brokers: KAFKA_BROKERS.split(','), clientId: 'prove' };
const relay = createRelay({ db: pool, publisher: kafkajsPublisher(kafka) });
const consumer = createConsumer({
  db: pool,
  subscriber: kafkajsSubscriber({ ...kafka, sessionTimeoutMs: 6_000 }), // so long Kafka waits for one that was killed
  groupId: `billing.${TOPIC}`,
  handlers: [issueInvoice(TOPIC)],
});
await relay.start();
await consumer.start();

const outbox = createOutbox({ source: '/bookshop', db: pool });
const countOf = async (table: 'orders' | 'invoice'): Promise<number> =>
  (await pool.query(`SELECT count(*)::int AS count FROM ${table}`)).rows[0].count;
for (let n = await countOf('orders'); n < ORDERS; n += 1) {
  const client = await pool.connect();
  const order = { orderId: randomUUID(), totalMinor: String(n) };
  await client.query('BEGIN');
  await client.query('INSERT INTO orders (id, total_minor) VALUES ($1, $2)', [order.orderId, order.totalMinor]);
  await outbox.write(client, { ...OrderPlaced, topic: TOPIC }, order);
  await client.query('COMMIT');
  client.release();
  await outbox.nudge();
}
while ((await countOf('invoice')) < ORDERS) await delay(50);

await consumer.stop();
await relay.stop();
await pool.end();
