import { randomUUID } from 'node:crypto';
import { createDatabase, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { forwardJobs } from '../../examples/migrate/forward-jobs.ts';
import { OrderPlaced } from '../../examples/order-placed.ts';
import { createConsumer } from '../../src/consumer/create-consumer.ts';
import { on } from '../../src/consumer/on.ts';
import { createRelay } from '../../src/relay/create-relay.ts';
import { createAdmin } from '../../src/testing/fixtures/kafka/clients.ts';
import { PUBLISHERS } from '../../src/testing/fixtures/kafka/publishers.ts';
import { SUBSCRIBERS } from '../../src/testing/fixtures/kafka/subscribers.ts';
import { openTransaction } from '../../src/testing/fixtures/outbox/transactions.ts';
import { openGuide } from '../walk/guide.ts';
import { EFFECT_TABLE, handledOnceInOrder } from '../walk/handled.ts';
import { startWriters } from '../walk/writers.ts';

jest.setTimeout(180_000);

const [{ publisher }] = PUBLISHERS as [(typeof PUBLISHERS)[number]];
const [{ subscriber }] = SUBSCRIBERS as [(typeof SUBSCRIBERS)[number]];

interface Job {
  readonly orderId: string;
  readonly totalMinor: string;
}

/** What workers and handlers do for a job: its effect can be counted. */
const work = (run: (sql: string, params: unknown[]) => Promise<unknown>, { orderId, totalMinor }: Job) =>
  run('INSERT INTO effect (key, n) VALUES ($1, $2)', [orderId, Number(totalMinor)]);

/** Claims a job as queues do, in a transaction of its own, and completes it when it is done. */
async function claim(pool: pg.Pool): Promise<{ id: string; data: Job } | undefined> {
  const { rows } = await pool.query(`
    UPDATE job SET state = 'active' WHERE id = (
      SELECT id FROM job
      WHERE name = 'bill-order' AND state IN ('created', 'retry') AND start_after <= now()
      ORDER BY created_on LIMIT 1 FOR UPDATE SKIP LOCKED
    ) RETURNING id, data`);
  return rows[0];
}

function startWorker(pool: pg.Pool) {
  let going = true;
  const working = (async () => {
    while (going) {
      const job = await claim(pool);
      if (job === undefined) continue;
      await work((sql, params) => pool.query(sql, params), job.data);
      await pool.query(`UPDATE job SET state = 'completed' WHERE id = $1`, [job.id]);
    }
  })();
  return {
    async stop() {
      going = false;
      await working;
    },
  };
}

/** The topic is the one the examples name, so it holds messages of other tests and runs as well. */
async function ordersTopic(): Promise<void> {
  await using admin = await createAdmin();
  await admin.createTopics({ topics: [{ topic: OrderPlaced.topic, numPartitions: 3 }], waitForLeaders: false });
  await waitFor('the topic', async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [OrderPlaced.topic] });
    return topics[0]?.partitions.every(({ leader }) => leader >= 0);
  });
}

test('jobs that are messages move to the outbox while jobs are added and done: each is done once, in the order of its key', async () => {
  const guide = openGuide('from-a-job-table');
  await using database = await createDatabase();
  await using pools = new AsyncDisposableStack();
  const pool = pools.adopt(new pg.Pool({ connectionString: database.url, max: 30 }), (open) => open.end());
  const place = { url: database.url, pool };
  await ordersTopic();
  await guide.run('From a job table', place);
  await pool.query(EFFECT_TABLE);

  const add = (tx: pg.Pool | pg.PoolClient, orderId: string, n: number, later = '0 s') =>
    tx.query(`INSERT INTO job (name, data, start_after) VALUES ('bill-order', $1, now() + $2::interval)`, [
      { orderId, totalMinor: String(n) },
      later,
    ]);
  const write = (orderId: string, n: number) =>
    pool.query('SELECT outbox.write($1, $2, $3, $4, $5)', [
      ...[OrderPlaced.topic, orderId, OrderPlaced.type, '/bookshop'],
      JSON.stringify({ orderId, totalMinor: String(n) }),
    ]);
  const [dead, held, across, late, ...orders] = Array.from({ length: 10 }, () => randomUUID()) as [
    string,
    string,
    string,
    string,
  ];
  const changed = new Set<string>();
  const worker = startWorker(pool);
  const writers = startWriters(
    orders,
    async (order, n) => void (await (changed.has(order) ? write(order, n) : add(pool, order, n))),
  );
  await waitFor('jobs done', async () => (await pool.query('SELECT FROM effect')).rows.length > 100);

  await guide.run('2. Make the tables', place);
  const mine = new Set<string>([dead, held, across, late, ...orders]);
  await using relay = createRelay({ db: pool, publisher: publisher() });
  await relay.start();
  await using consumer = createConsumer({
    ...{ db: pool, subscriber: subscriber(), groupId: randomUUID() },
    handlers: [
      on(OrderPlaced, async ({ data }, { tx }) => {
        if (mine.has(data.orderId)) await work((sql, params) => tx.query(sql, params), data);
      }),
    ],
  });
  await consumer.start();

  await worker.stop();
  await pool.query(`INSERT INTO job (name, data, created_on) VALUES ('bill-order', $1, '-infinity')`, [
    { orderId: dead, totalMinor: '0' },
  ]);
  expect((await claim(pool))?.data.orderId).toBe(dead);
  expect(await guide.run('3. Stop the workers', place)).toEqual([
    expect.objectContaining({ data: { orderId: dead, totalMinor: '0' } }),
  ]);
  await add(pool, late, 0, '1 h');
  {
    await using transaction = await openTransaction(pool);
    await add(transaction.client, held, 0);
    await expect(guide.run('4. Switch', place)).rejects.toThrow('lock timeout');
    await transaction.end('COMMIT');
  }
  await using transaction = await openTransaction(pool, 'BEGIN ISOLATION LEVEL REPEATABLE READ');
  await transaction.client.query('SELECT count(*) FROM job');
  await guide.run('4. Switch', place);
  await add(transaction.client, across, 0);
  await transaction.end('COMMIT');

  expect(await forwardJobs(pool)).toBe(0);
  await add(pool, late, 1, '2 h');
  await pool.query(`UPDATE job SET start_after = start_after - interval '2 h' WHERE state = 'created'`);
  expect(await forwardJobs(pool)).toBe(2);

  for (const order of orders) {
    const sofar = writers.committed.get(order) ?? 0;
    await waitFor('more of the order', () => (writers.committed.get(order) ?? 0) > sofar + 20);
    changed.add(order);
    await waitFor('more of it', () => (writers.committed.get(order) ?? 0) > sofar + 60);
  }
  await writers.stop();
  const once = [dead, held, across].map((order) => [order, 1] as const);
  await handledOnceInOrder(pool, new Map([...writers.committed, ...once, [late, 2]]));
  await guide.run('6. Change the writers', place);
  expect(guide.left()).toEqual([]);
});
