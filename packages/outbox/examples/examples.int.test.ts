import { randomUUID } from 'node:crypto';
import { testServers, waitFor } from '@bezel/local/testing';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Kysely, PostgresDialect } from 'kysely';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import { createAdmin } from '../src/testing/fixtures/kafka/clients.ts';
import { readTopic, type TopicMessage } from '../src/testing/fixtures/kafka/read-topic.ts';
import { type OutboxDatabase, outboxDatabase } from '../src/testing/fixtures/outbox/database.ts';
import { noted } from '../src/testing/fixtures/outbox/events.ts';
import { writtenIn } from '../src/testing/written/written-in.ts';
import { createOutbox } from '../src/writer/create-outbox.ts';
import type { OutboxTransaction } from '../src/writer/transaction.ts';
import { InvoiceIssued, startBilling } from './bill-orders.ts';
import { OrderPlaced } from './order-placed.ts';
import * as drizzleOrders from './place-order-drizzle.ts';
import * as executor from './place-order-executor.ts';
import * as kysely from './place-order-kysely.ts';
import { createOrders } from './place-order-pg.ts';
import * as prismaOrders from './place-order-prisma.ts';
import * as typeormOrders from './place-order-typeorm.ts';
import { PrismaClient } from './prisma/generated/client.ts';
import { startRelay } from './relay.ts';

jest.setTimeout(120_000);

interface Order {
  readonly id: string;
  readonly totalMinor: string;
}

/** The ways to write: each places one order in a transaction of its own. */
const WRITERS: Record<string, (database: OutboxDatabase, order: Order) => Promise<void>> = {
  kysely: ({ pool }, order) => kysely.placeOrder(new Kysely({ dialect: new PostgresDialect({ pool }) }), order),
  pg: ({ pool }, order) => createOrders(pool)(order),
  executor: ({ pool }, order) => inTransaction(pool, (run) => executor.placeOrder({ run }, order)),
  drizzle: ({ pool }, order) => drizzleOrders.placeOrder(drizzle(pool), order),
  async prisma({ pool }, order) {
    await using prisma = openPrisma(pool);
    await prismaOrders.placeOrder(prisma.client, order);
  },
  async typeorm({ url }, order) {
    await using typeorm = await openTypeorm(url);
    await typeormOrders.placeOrder(typeorm.dataSource, order);
  },
};

function openPrisma(pool: pg.Pool) {
  const client = new PrismaClient({ adapter: new PrismaPg(pool) });
  return { client, [Symbol.asyncDispose]: () => client.$disconnect() };
}

async function openTypeorm(url: string) {
  const dataSource = new DataSource({ type: 'postgres', url, entities: [typeormOrders.Order] });
  await dataSource.initialize();
  return { dataSource, [Symbol.asyncDispose]: () => dataSource.destroy() };
}

async function inTransaction(
  pool: pg.Pool,
  work: (run: (sql: string, params: unknown[]) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await work((sql, params) => client.query(sql, params));
    await client.query('COMMIT');
  } catch (error) {
    client.release(true);
    throw error;
  }
  client.release();
}

const newOrder = (): Order => ({ id: randomUUID(), totalMinor: '1999' });

/** Topics are those the examples name, so they hold messages of earlier runs as well; each order has a key of its own. */
async function messagesOf(topic: string, key: string): Promise<TopicMessage[]> {
  return (await readTopic(topic)).filter((message) => message.key === key);
}

async function bookshop() {
  const database = await outboxDatabase();
  await database.pool.query('CREATE TABLE orders (id uuid PRIMARY KEY, total_minor text NOT NULL)');
  return database;
}

beforeAll(async () => {
  await using admin = await createAdmin();
  const missing = [OrderPlaced.topic, InvoiceIssued.topic];
  await admin.createTopics({ topics: missing.map((topic) => ({ topic, numPartitions: 3 })), waitForLeaders: false });
  await waitFor('leaders of the topics', async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: missing });
    return topics.every(({ partitions }) => partitions.length === 3 && partitions.every(({ leader }) => leader >= 0));
  });
});

describe.each(Object.keys(WRITERS))('place-order-%s.ts', (name) => {
  const place = WRITERS[name] as (database: OutboxDatabase, order: Order) => Promise<void>;

  test('commits the order with its message, which relay.ts publishes', async () => {
    await using database = await bookshop();
    await using _ = await startRelay(database.pool, [...testServers().kafkaBrokers]);
    const order = newOrder();
    await place(database, order);
    const [message, ...more] = await waitFor('the message on the topic', async () => {
      const found = await messagesOf(OrderPlaced.topic, order.id);
      return found.length > 0 && found;
    });
    expect(more).toEqual([]);
    expect(JSON.parse(String(message?.value))).toEqual({ orderId: order.id, totalMinor: '1999' });
    expect(message?.headers).toMatchObject({ ce_type: 'bookshop.order-placed', ce_source: '/bookshop' });
    expect((await database.pool.query('SELECT id FROM orders')).rows).toEqual([{ id: order.id }]);
  });

  test('leaves neither order nor message when the message is refused', async () => {
    await using database = await bookshop();
    // Postgres takes this for a UUID, and the event's schema does not.
    const order = { id: 'ffffffff-0000-0000-0000-000000000000', totalMinor: '1999' };
    await expect(place(database, order)).rejects.toMatchObject({ code: 'EVENT_INVALID' });
    const { rows } = await database.pool.query(
      'SELECT (SELECT count(*) FROM orders)::int AS orders, (SELECT count(*) FROM outbox.message)::int AS messages',
    );
    expect(rows).toEqual([{ orders: 0, messages: 0 }]);
  });
});

/** Transactions of libraries that are no `pg` client, as the examples hand them to the outbox, and as they answer rows. */
type Work = (tx: OutboxTransaction, reading?: OutboxTransaction) => unknown;
const TRANSACTIONS: Record<string, (database: OutboxDatabase, work: Work) => unknown> = {
  drizzle: ({ pool }, work) => drizzle(pool).transaction(async (tx) => work(drizzleOrders.executorOver(tx))),
  async prisma({ pool }, work) {
    await using prisma = openPrisma(pool);
    await prisma.client.$transaction(async (tx) => {
      await work(prismaOrders.executorOver(tx), { query: (sql, params) => tx.$queryRawUnsafe(sql, ...params) });
    });
  },
  async typeorm({ url }, work) {
    await using typeorm = await openTypeorm(url);
    await typeorm.dataSource.transaction(async (manager) => work(manager));
  },
};

test.each(Object.keys(TRANSACTIONS))(
  '%s carries every text and byte as it is, many in order, and serializes keys',
  async (name) => {
    await using database = await bookshop();
    const outbox = createOutbox({ source: '/test' });
    const Noted = noted('t');
    const texts = ['plain', `it's "quoted", {braced}, a \\ and a $1`, 'ünïcode 🧱', '', 'NULL', 'line\nline'];
    await TRANSACTIONS[name]?.(database, async (tx) => {
      const messages = texts.map((text, n) => ({ data: { key: `k ${text}`, n, text }, headers: { text } }));
      await outbox.writeMany(tx, Noted, messages, { serializeKey: true });
      await outbox.write(tx, Noted, { key: 'k ', n: texts.length });
    });
    const { rows } = await database.pool.query(
      `SELECT key, convert_from(payload, 'UTF8') AS json, headers ->> 'text' AS text FROM outbox.message ORDER BY created_at, seq`,
    );
    const found = rows.map(({ key, json, text }) => ({ ...JSON.parse(json), key, header: text }));
    expect(found.toSorted((a, b) => a.n - b.n)).toEqual([
      ...texts.map((text, n) => ({ key: `k ${text}`, n, text, header: text })),
      { key: 'k ', n: texts.length, header: null },
    ]);
  },
);

test.each(Object.keys(TRANSACTIONS))('%s answers what was written in its transaction', async (name) => {
  await using database = await bookshop();
  const data = { key: 'ünïcode 🧱', n: 1 };
  let written: unknown;
  await TRANSACTIONS[name]?.(database, async (tx, reading = tx) => {
    await createOutbox({ source: '/test' }).write(tx, noted('t'), data, { headers: { tenant: 'a' } });
    written = await writtenIn(reading, noted('t'));
  });
  expect(written).toEqual([
    expect.objectContaining({ type: 'test.noted', key: data.key, data, headers: { tenant: 'a' } }),
  ]);
});

test('bill-orders.ts issues one invoice for an order, and its own event follows', async () => {
  await using shop = await bookshop();
  await using billing = await outboxDatabase();
  await billing.pool.query(
    'CREATE TABLE invoice (number bigint GENERATED ALWAYS AS IDENTITY, order_id uuid NOT NULL, total_minor text NOT NULL)',
  );
  const brokers = [...testServers().kafkaBrokers];
  await using _shopRelay = await startRelay(shop.pool, brokers);
  await using _billingRelay = await startRelay(billing.pool, brokers);
  await using _billing = await startBilling(billing.pool, brokers);
  const order = newOrder();
  await createOrders(shop.pool)(order);
  const issued = await waitFor(
    'the invoice on its topic',
    async () => {
      const found = await messagesOf(InvoiceIssued.topic, order.id);
      return found.length > 0 && found;
    },
    { deadlineMs: 60_000 },
  );
  const { rows } = await billing.pool.query('SELECT number, total_minor FROM invoice WHERE order_id = $1', [order.id]);
  expect(rows).toEqual([{ number: expect.any(String), total_minor: '1999' }]);
  expect(issued.map(({ value }) => JSON.parse(String(value)))).toEqual([
    { orderId: order.id, invoiceNumber: rows[0].number },
  ]);
});
