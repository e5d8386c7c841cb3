// A program of somebody else's, in a project of its own: it writes in the transactions of `pg` and of Kysely, relays and
// consumes, and prints what its handler was given. Arguments: the database's URL, a broker, the topic, the Kafka client.
import { createConsumer, createOutbox, createRelay, defineEvent, migrate, on } from '@bezel/outbox';
import { kafkajsPublisher, kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import { platformaticPublisher, platformaticSubscriber } from '@bezel/outbox/platformatic';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { z } from 'zod';

const [url = '', broker = '', topic = '', client = ''] = process.argv.slice(2);
const connection = { brokers: [broker], clientId: 'adopter' };

const OrderPlaced = defineEvent({
  type: 'adopter.order-placed',
  topic,
  key: (data) => data.orderId,
  schema: z.object({ orderId: z.string(), totalMinor: z.string() }),
});

const pool = new pg.Pool({ connectionString: url });
await migrate(pool);
await pool.query('CREATE TABLE invoice (order_id text, total_minor text)');
const outbox = createOutbox({ source: '/adopter', db: pool });

const tx = await pool.connect();
await tx.query('BEGIN');
await outbox.write(tx, OrderPlaced, { orderId: 'by pg', totalMinor: '1' });
await tx.query('COMMIT');
await tx.query('BEGIN');
await outbox.write(tx, OrderPlaced, { orderId: 'rolled back', totalMinor: '2' });
await tx.query('ROLLBACK');
tx.release();

const db = new Kysely<{ invoice: { order_id: string; total_minor: string } }>({
  dialect: new PostgresDialect({ pool }),
});
await db.transaction().execute(async (transaction) => {
  await outbox.write(transaction, OrderPlaced, { orderId: 'by kysely', totalMinor: '3' });
});
await outbox.nudge();

const relay = createRelay({
  db: pool,
  publisher: client === 'kafkajs' ? kafkajsPublisher(connection) : platformaticPublisher(connection),
});
await relay.start();

const bothHandled = Promise.withResolvers<void>();
const handled: string[] = [];
const consumer = createConsumer({
  db: pool,
  subscriber: client === 'kafkajs' ? kafkajsSubscriber(connection) : platformaticSubscriber(connection),
  groupId: topic,
  handlers: [
    on(OrderPlaced, async ({ data }, handler) => {
      await handler.tx.query('INSERT INTO invoice VALUES ($1, $2)', [data.orderId, data.totalMinor]);
      handled.push(data.orderId);
      if (handled.length === 2) bothHandled.resolve();
    }),
  ],
});
await consumer.start();
await bothHandled.promise;
await consumer.stop();
await relay.stop();

const { rows } = await pool.query<{ order_id: string }>('SELECT order_id FROM invoice ORDER BY order_id');
process.stdout.write(JSON.stringify(rows.map(({ order_id }) => order_id)));
await pool.end();
