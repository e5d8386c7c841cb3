import { testServers } from '@bezel/local/testing';
import { type Consumer, type ConsumerOptions, createConsumer, type HandlerTransaction, on } from '@bezel/outbox';
import { kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import type { Consumer as KafkaConsumer } from 'kafkajs';
import type { Fact } from './account.ts';
import { inTransaction, type Stage, send, setStatus, setStatusAndTell } from './stage.ts';

/** An order that is placed when all the trouble is over: when it has its invoice, nothing else is under way. */
export const LAST_ORDER = 'the last order';

/** One invoice for each order that is placed: no constraint hides a second one. */
export async function writeInvoice(
  tx: { query(sql: string, params: unknown[]): Promise<unknown> },
  order: string,
): Promise<void> {
  await tx.query('INSERT INTO invoice (order_id) VALUES ($1)', [order]);
}

/** What billing made of the orders. */
export async function invoiced({ pool }: Stage): Promise<Fact[]> {
  const { rows } = await pool.query(`SELECT order_id AS order, 'placed' AS status FROM invoice ORDER BY n`);
  return rows;
}

export const hasInvoice = async (stage: Stage, order: string): Promise<boolean> =>
  (await invoiced(stage)).some((fact) => fact.order === order);

/** Commits orders and tells of them by hand. Nothing goes wrong here: the trouble is the consumer's. */
export async function placeNaively(stage: Stage, ...orders: readonly string[]): Promise<void> {
  for (const order of orders) {
    const fact = { order, status: 'placed' };
    await inTransaction(stage.pool, (tx) => setStatus(tx, fact));
    await send(stage, fact);
  }
}

/** Commits orders with their messages. */
export async function placeWithBezel(stage: Stage, ...orders: readonly string[]): Promise<void> {
  for (const order of orders) {
    await inTransaction(stage.pool, (tx) => setStatusAndTell(stage, tx, { order, status: 'placed' }));
  }
}

/** A process of billing, on the Kafka client alone. Disposed of, it leaves its group. */
export async function startNaiveBilling(
  { kafka, topic }: Stage,
  {
    autoCommit = true,
    eachOrder,
  }: {
    autoCommit?: boolean;
    eachOrder: (order: string, commitOffset: () => Promise<void>) => Promise<void> | void;
  },
): Promise<KafkaConsumer & AsyncDisposable> {
  const consumer = kafka.consumer({ groupId: `billing of ${topic}`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit,
    eachMessage: async ({ message, partition }) => {
      const next = { topic, partition, offset: String(BigInt(message.offset) + 1n) };
      await eachOrder(String(message.key), () => consumer.commitOffsets([next]));
    },
  });
  return Object.assign(consumer, { [Symbol.asyncDispose]: () => consumer.disconnect() });
}

/** A process of billing, with Bezel. Disposed of, it leaves its group. */
export async function startBilling(
  { pool, topic, OrderChanged }: Stage,
  options: Partial<ConsumerOptions> = {},
  beforeInvoice: (order: string) => Promise<void> | void = () => {},
): Promise<Consumer> {
  const { kafkaBrokers } = testServers();
  const consumer = createConsumer({
    db: pool,
    subscriber: kafkajsSubscriber({ brokers: kafkaBrokers, clientId: 'billing', maxWaitMs: 50 }),
    groupId: `billing with Bezel of ${topic}`,
    handlers: [
      on(OrderChanged, async ({ data }, { tx }: { tx: HandlerTransaction }) => {
        await beforeInvoice(data.order);
        await writeInvoice(tx, data.order);
      }),
    ],
    ...options,
  });
  await consumer.start();
  return consumer;
}
