import { randomUUID } from 'node:crypto';
import { createDatabase, createTopic, testServers, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import type { Producer } from 'kafkajs';
import pg from 'pg';
import { pollOnce } from '../../examples/migrate/poll-table.ts';
import { takePositions } from '../../examples/migrate/take-positions.ts';
import { createConsumer } from '../../src/consumer/create-consumer.ts';
import { createRelay } from '../../src/relay/create-relay.ts';
import { consumingTest } from '../../src/testing/fixtures/consumer/consuming.ts';
import { effectNumbers, recordEffect } from '../../src/testing/fixtures/consumer/effects.ts';
import { createProducer, testKafka } from '../../src/testing/fixtures/kafka/clients.ts';
import { PUBLISHERS } from '../../src/testing/fixtures/kafka/publishers.ts';
import { SUBSCRIBERS } from '../../src/testing/fixtures/kafka/subscribers.ts';
import { openTransaction } from '../../src/testing/fixtures/outbox/transactions.ts';
import { openGuide } from '../walk/guide.ts';
import { EFFECT_TABLE, handledOnceInOrder } from '../walk/handled.ts';
import { startWriters } from '../walk/writers.ts';

jest.setTimeout(180_000);

const [{ publisher }] = PUBLISHERS as [(typeof PUBLISHERS)[number]];
const [{ subscriber }] = SUBSCRIBERS as [(typeof SUBSCRIBERS)[number]];
const TYPE = 'test.counted';

/** The program that there was, until it is told to end. */
function startPoller(pool: pg.Pool, producer: Producer) {
  let going = true;
  const work = (async () => {
    while (going) await pollOnce(pool, producer);
  })();
  return {
    async stop() {
      going = false;
      await work;
    },
  };
}

/** Sends, and ends before it can say so. */
const dyingAfterSending = (producer: Producer): Producer => ({
  ...producer,
  async send(record) {
    await producer.send(record);
    throw new Error('killed');
  },
});

/** The consumer that there was: effect first, then the offset. Told to end, it finishes the message at hand, and takes no other. */
async function startOldConsumer(pool: pg.Pool, topic: string, groupId: string) {
  const consumer = testKafka().consumer({ groupId, maxWaitTimeInMs: 50 });
  let ending = false;
  let atHand: Promise<void> = Promise.resolve();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    async eachMessage({ partition, message: { value, headers, offset } }) {
      if (ending) return;
      atHand = (async () => {
        const { key, n } = JSON.parse(String(value));
        await pool.query('INSERT INTO effect (id, key, n) VALUES ($1, $2, $3)', [String(headers?.['ce_id']), key, n]);
        await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(offset) + 1n) }]);
      })();
      await atHand;
    },
  });
  return {
    async stop() {
      ending = true;
      await atHand;
      await consumer.disconnect();
    },
  };
}

test('a table that is polled is taken over while writers write: each message handled once, in the order of its key', async () => {
  const guide = openGuide('from-a-polled-table');
  await using database = await createDatabase();
  await using pools = new AsyncDisposableStack();
  const pool = pools.adopt(new pg.Pool({ connectionString: database.url, max: 30 }), (open) => open.end());
  const place = { url: database.url, pool };
  const topic = await createTopic('polled', { partitions: 3 });
  await using producer = await createProducer();
  await guide.run('From a table with a status column', place);
  await pool.query(EFFECT_TABLE);

  const insert = (tx: pg.Pool | pg.PoolClient, key: string, n: number) =>
    tx.query('INSERT INTO shop_outbox (topic, key, type, payload) VALUES ($1, $2, $3, $4)', [
      topic,
      key,
      TYPE,
      { key, n },
    ]);
  const write = (key: string, n: number) =>
    pool.query('SELECT outbox.write($1, $2, $3, $4, $5)', [topic, key, TYPE, '/bookshop', JSON.stringify({ key, n })]);
  const changed = new Set<string>();
  const keys = Array.from({ length: 6 }, (_, n) => `order-${n}`);
  const writers = startWriters(
    keys,
    async (key, n) => void (await (changed.has(key) ? write(key, n) : insert(pool, key, n))),
  );
  const poller = startPoller(pool, producer);

  const old = await startOldConsumer(pool, topic, `old-${topic}`);
  await waitFor('effects', async () => (await pool.query('SELECT FROM effect')).rows.length > 100);
  await guide.run('2. Make the tables', place);
  await old.stop();
  const groupId = randomUUID();
  const brokers = [...testServers().kafkaBrokers];
  await takePositions(pool, { brokers, from: `old-${topic}`, groupId, topic });
  await using consumer = createConsumer({
    ...{ db: pool, subscriber: subscriber(), groupId, foreignMessages: 'fail' },
    handlers: [recordEffect(topic)],
  });
  await consumer.start();
  await using relay = createRelay({ db: pool, publisher: publisher() });
  await relay.start();

  await poller.stop();
  await insert(pool, 'sent twice', 0);
  await expect(pollOnce(pool, dyingAfterSending(producer))).rejects.toThrow('killed');
  await pollOnce(pool, producer);
  {
    await using held = await openTransaction(pool);
    await insert(held.client, 'held', 0);
    await expect(guide.run('3. Switch', place)).rejects.toThrow('lock timeout');
    await held.end('COMMIT');
  }
  await using across = await openTransaction(pool, 'BEGIN ISOLATION LEVEL REPEATABLE READ');
  await across.client.query('SELECT count(*) FROM shop_outbox');
  await guide.run('3. Switch', place);
  await insert(across.client, 'across', 0);
  await across.end('COMMIT');

  const sofar = new Map(writers.committed);
  for (const key of keys) {
    await waitFor('more of the key', () => (writers.committed.get(key) ?? 0) > (sofar.get(key) ?? 0) + 20);
    changed.add(key);
  }
  const total = [...writers.committed.values()].reduce((sum, count) => sum + count, 0);
  await waitFor(
    'more of all',
    () => [...writers.committed.values()].reduce((sum, count) => sum + count, 0) > total + 300,
  );
  await writers.stop();
  await handledOnceInOrder(pool, new Map([...writers.committed, ['sent twice', 1], ['held', 1], ['across', 1]]));
  await guide.run('4. Change the writers', place);
  expect(guide.left()).toEqual([]);
});

test('a message with the id and the time of another is its copy; with another time it is another message', async () => {
  await using place = await consumingTest(subscriber);
  const first = { n: 1, id: randomUUID(), time: '2026-11-21T10:00:00.000001Z' };
  await place.send([first, { ...first, n: 2 }, { ...first, n: 3, time: '2026-11-21T10:00:00.000002Z' }]);
  await place.start({ handlers: [recordEffect(place.topic)] });
  await waitFor('the last position', async () => (await place.positions())[0] === 3);
  expect(await effectNumbers(place.database.pool)).toEqual([1, 3]);
});
