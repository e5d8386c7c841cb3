import { randomUUID } from 'node:crypto';
import { ORDER_STATUSES, OrderStatusChanged } from '@bezel/contracts';
import { createTopic, testServers, waitFor } from '@bezel/local/testing';
import { createConsumer, type EventData, uuidv7 } from '@bezel/outbox';
import { kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import { handlersOf } from '@bezel/outbox/nestjs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import kafkajs, { type Message, type Producer } from 'kafkajs';
import { createMesDatabase, type MesTestDatabase } from '../testing/mes-database.ts';
import { FollowOrderStatus } from './follow-order-status.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(120_000);

let database: MesTestDatabase;
let producer: Producer;
beforeAll(async () => {
  database = await createMesDatabase();
  const kafka = new kafkajs.Kafka({
    clientId: 'mes-test',
    brokers: [...testServers().kafkaBrokers],
    logLevel: kafkajs.logLevel.NOTHING,
  });
  producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
});
afterAll(async () => {
  await producer.disconnect();
  await database[Symbol.asyncDispose]();
});

type Move = EventData<typeof OrderStatusChanged>;
const move = (orderId: string, seq: number, change: Partial<Move> = {}): Move => ({
  ...{ orderId, orderNumber: 'B-2026-000001', tenant: 'house', customerId: 'ann', seq },
  from: ORDER_STATUSES[seq - 1] ?? 'SUBMITTED',
  to: ORDER_STATUSES[seq] ?? 'SUBMITTED',
  at: `2026-01-01T00:00:0${seq}.000Z`,
  ...change,
});
const message = (data: Move): Message => ({
  key: data.orderId,
  value: JSON.stringify(data),
  headers: {
    ...{ ce_specversion: '1.0', ce_id: randomUUID(), ce_source: '/bezel/shop', ce_time: data.at },
    ...{ ce_type: OrderStatusChanged.type, 'content-type': 'application/json' },
  },
});
const known = (orderId: string) =>
  database.kysely.selectFrom('order_status').selectAll().where('order_id', '=', orderId).executeTakeFirst();

/** One partition: what stands behind another message is read after it. */
async function following() {
  const topic = await createTopic('shop.orders', { partitions: 1 });
  const consumer = createConsumer({
    db: database.pool,
    subscriber: kafkajsSubscriber({ brokers: testServers().kafkaBrokers, clientId: 'mes-test', maxWaitMs: 50 }),
    groupId: `mes.board-${randomUUID()}`,
    handlers: handlersOf(new FollowOrderStatus()).map((handler) => ({ ...handler, topic })),
  });
  await consumer.start();
  return { topic, consumer };
}

describe("the board's news of orders", () => {
  test('are the last move, with its reason', async () => {
    const { topic, consumer } = await following();
    await using _consumer = consumer;
    const orderId = uuidv7();
    const moves = [move(orderId, 1), move(orderId, 2), move(orderId, 3, { to: 'CANCELLED', reason: 'offer-expired' })];
    await producer.send({ topic, messages: moves.map(message) });
    await waitFor('the last move', async () => (await known(orderId))?.seq === 3);
    expect(await known(orderId)).toMatchObject({ status: 'CANCELLED', reason: 'offer-expired' });
  });

  test('never go back: an old move under a new message id changes nothing', async () => {
    const { topic, consumer } = await following();
    await using _consumer = consumer;
    const orderId = uuidv7();
    await producer.send({ topic, messages: [move(orderId, 4), move(orderId, 2), move(orderId, 5)].map(message) });
    await waitFor('the last move', async () => (await known(orderId))?.seq === 5);
    const behind = uuidv7();
    await producer.send({ topic, messages: [message(move(orderId, 1)), message(move(behind, 1))] });
    await waitFor('the move behind the old one', () => known(behind));
    expect(await known(orderId)).toMatchObject({ seq: 5, status: ORDER_STATUSES[5] });
  });
});
