/** The CRM's consumer as a program of its own, to be killed: it projects so many messages of a topic, and ends. */
import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { createConsumer } from '@bezel/outbox';
import { kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import { handlersOf } from '@bezel/outbox/nestjs';
import pg from 'pg';
import { OrderProjection } from '../projection/order-projection.ts';

/** What it is told to do, as JSON in its only argument. */
export interface Projecting {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly messages: number;
}

const { databaseUrl, brokers, topic, messages }: Projecting = JSON.parse(process.argv[2] ?? '{}');
const pool = new pg.Pool({ connectionString: databaseUrl });
const consumer = createConsumer({
  db: pool,
  // So long Kafka waits for one that was killed.
  subscriber: kafkajsSubscriber({ brokers, clientId: 'crm-test', sessionTimeoutMs: 6_000, maxWaitMs: 50 }),
  groupId: `crm.${topic}`,
  handlers: handlersOf(new OrderProjection()).map((handler) => ({ ...handler, topic })),
  maxBatchSize: 10,
});
await consumer.start();
const read = async (): Promise<number> =>
  (await pool.query('SELECT coalesce(sum(next_offset), 0)::int AS read FROM outbox.consumer_position')).rows[0].read;
while ((await read()) < messages) await delay(50);
await consumer.stop();
await pool.end();
