import { createDatabase, createTopic, testServers, waitFor } from '@bezel/local/testing';
import {
  createOutbox,
  createRelay,
  defineEvent,
  migrate,
  type Outbox,
  type Relay,
  type RelayOptions,
} from '@bezel/outbox';
import { kafkajsPublisher } from '@bezel/outbox/kafkajs';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import pg from 'pg';
import { z } from 'zod';
import { readTopic } from '../../src/testing/fixtures/kafka/read-topic.ts';
import type { Fact } from './account.ts';

const orderChanged = (topic: string) =>
  defineEvent({
    type: 'shop.order-changed',
    topic,
    key: (data) => data.order,
    schema: z.object({ order: z.string(), status: z.string(), note: z.string().optional() }),
  });

/** One run of a program: a database and a topic of its own, on real servers. */
export interface Stage extends AsyncDisposable {
  readonly pool: pg.Pool;
  readonly topic: string;
  readonly kafka: Kafka;
  /** For programs without an outbox. */
  readonly producer: Producer;
  /** For programs with one. */
  readonly outbox: Outbox;
  readonly OrderChanged: ReturnType<typeof orderChanged>;
  /** What is committed. The rows are the truth about orders, whoever was told. */
  committed(): Promise<Fact[]>;
  /** What lies on the topic: of a message with an id its first copy, as a consumer that remembers ids sees it. */
  arrived(): Promise<Fact[]>;
}

export async function openStage(topicConfig: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const database = await createDatabase();
  const topic = await createTopic('vanish', { partitions: 1, config: { ...topicConfig } });
  const pool = new pg.Pool({ connectionString: database.url });
  pool.on('error', () => {});
  await migrate(pool, { shards: 1 });
  await pool.query(`
    CREATE TABLE order_status (n bigserial, order_id text, status text, UNIQUE (order_id, status));
    CREATE TABLE naive_outbox (id bigserial PRIMARY KEY, order_id text, status text, note text);
    CREATE TABLE invoice (n bigserial, order_id text)`);
  const kafka = new Kafka({ clientId: 'naive', brokers: [...testServers().kafkaBrokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  return {
    pool,
    topic,
    kafka,
    producer,
    outbox: createOutbox({ source: '/shop' }),
    OrderChanged: orderChanged(topic),
    async committed() {
      const { rows } = await pool.query('SELECT order_id AS order, status FROM order_status ORDER BY n');
      return rows;
    },
    async arrived() {
      const copies = Map.groupBy(await readTopic(topic), ({ headers, offset }) => headers['ce_id'] ?? offset);
      return [...copies.values()]
        .flatMap(([first]) => first ?? [])
        .map(({ value }) => JSON.parse(String(value)))
        .map(({ order, status }) => ({ order, status }));
    },
    async [Symbol.asyncDispose]() {
      await producer.disconnect();
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** A transaction around the work: committed when it ends, rolled back when it throws. */
export async function inTransaction<T>(pool: pg.Pool, work: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  const tx = await pool.connect();
  try {
    await tx.query('BEGIN');
    const result = await work(tx);
    await tx.query('COMMIT');
    return result;
  } catch (error) {
    await tx.query('ROLLBACK');
    throw error;
  } finally {
    tx.release();
  }
}

/** The business row, in any program. */
export async function setStatus(tx: pg.PoolClient, { order, status }: Fact): Promise<void> {
  await tx.query('INSERT INTO order_status (order_id, status) VALUES ($1, $2)', [order, status]);
}

/** The business row and its message, in the same transaction: what a program with Bezel does. */
export async function setStatusAndTell(stage: Stage, tx: pg.PoolClient, fact: Fact, note?: string): Promise<void> {
  await setStatus(tx, fact);
  await stage.outbox.write(tx, stage.OrderChanged, { ...fact, ...(note === undefined ? {} : { note }) });
}

/** The message, sent by hand: what a program without an outbox does. */
export async function send({ producer, topic }: Stage, fact: Fact & { readonly note?: string }): Promise<void> {
  await producer.send({ topic, acks: -1, messages: [{ key: fact.order, value: JSON.stringify(fact) }] });
}

export async function startRelay({ pool }: Stage, options: Partial<RelayOptions> = {}): Promise<Relay> {
  const { kafkaBrokers } = testServers();
  const relay = createRelay({
    db: pool,
    publisher: kafkajsPublisher({ brokers: kafkaBrokers, clientId: 'relay' }),
    leaseMs: 1_000,
    ...options,
  });
  await relay.start();
  return relay;
}

/** Waits until an order that is placed last has come through, and so everything that could have come before it. */
export async function settled(stage: Stage): Promise<void> {
  const last: Fact = { order: 'the last order', status: 'placed' };
  await inTransaction(stage.pool, (tx) => setStatusAndTell(stage, tx, last));
  await untilArrived(stage, last);
}

export async function untilArrived(stage: Stage, { order, status }: Fact): Promise<void> {
  await waitFor(`${order} ${status}`, async () =>
    (await stage.arrived()).some((fact) => fact.order === order && fact.status === status),
  );
}

/** The process ends here: nothing after this line happens, and what is in memory is gone. */
export class CrashError extends Error {
  readonly code = 'CRASH';
}

/** Runs a program that may crash, as whoever restarts it does. */
export async function runUntilCrash(program: () => Promise<void>): Promise<void> {
  await program().catch((error: unknown) => {
    if (!(error instanceof CrashError)) throw error;
  });
}
