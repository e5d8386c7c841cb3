import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import type { Publisher, PublishResult } from '../../publisher/publisher.ts';
import { type OutboxDatabase, outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { openTransaction } from '../../testing/fixtures/outbox/transactions.ts';
import { createRelay, type Relay } from '../create-relay.ts';
import type { RelayOptions } from '../options.ts';

jest.setTimeout(120_000);

const SHARDS = 4;

/** Writes so many messages of so many bytes, of as many keys, with SQL. */
const write = ({ pool }: OutboxDatabase, count: number, bytes = 100) =>
  pool.query(
    `SELECT outbox.write('t', 'k' || n, 'test.noted', '/test', to_json(repeat('x', $2))::text)
     FROM generate_series(1, $1) AS n`,
    [count, bytes - 2],
  );

/** Brokers that answer nothing until they are told to; then everything is written. */
function silentBrokers() {
  const answered = Promise.withResolvers<void>();
  const sizes: number[] = [];
  const publisher: Publisher = {
    async publish(messages) {
      sizes.push(messages.length);
      await answered.promise;
      return messages.map((): PublishResult => ({ ok: true }));
    },
    close: async () => {},
  };
  return { publisher, sizes, answer: () => answered.resolve() };
}

const inMemory = (relay: Relay): number => relay.status().shards.reduce((sum, { unpublished }) => sum + unpublished, 0);

/** Many turns later, by the relay's own count: its loops that read and send have gone round again and again. */
async function turns({ pool }: OutboxDatabase): Promise<void> {
  const renewals = async () => Number((await pool.query('SELECT sum(renewals) AS n FROM outbox.lease')).rows[0].n);
  const before = await renewals();
  await waitFor('turns', async () => (await renewals()) > before + 5 * SHARDS);
}

async function whileSilent(
  limits: Partial<RelayOptions>,
  check: (relay: Relay, database: OutboxDatabase) => Promise<void>,
  bytes?: number,
): Promise<readonly number[]> {
  await using database = await outboxDatabase({ shards: SHARDS });
  const brokers = silentBrokers();
  await write(database, 3_000, bytes);
  // A stop waits for the send under way, so it is answered whatever happens.
  await using relay = createRelay({ db: database.pool, publisher: brokers.publisher, leaseMs: 200, ...limits });
  using _ = { [Symbol.dispose]: brokers.answer };
  await relay.start();
  await waitFor('a send under way', () => brokers.sizes.length === 1);
  await turns(database);
  await check(relay, database);
  brokers.answer();
  await waitFor('everything to be published', () => relay.status().published === 3_000);
  return brokers.sizes;
}

describe('while brokers do not answer', () => {
  test('no more messages are in memory than may be, and the rest follows', async () => {
    await whileSilent({ maxMessagesInMemory: 200 }, async (relay) => {
      // All there is room for, but for what is not worth a statement.
      expect(inMemory(relay)).toBeGreaterThan(100);
      expect(inMemory(relay)).toBeLessThanOrEqual(200);
    });
  });

  test('no more bytes are in memory than may be and one read adds, and the rest follows', async () => {
    const bytes = 10_000;
    await whileSilent(
      { maxBytesInMemory: 50 * bytes },
      async (relay) => {
        // A read stops at the message that fills a shard's part of what is left.
        expect(inMemory(relay)).toBeGreaterThanOrEqual(50 - SHARDS);
        expect(inMemory(relay)).toBeLessThanOrEqual(50 + SHARDS);
      },
      bytes,
    );
  });

  test('sends grow with what waits, up to their limit', async () => {
    const sizes = await whileSilent({ maxBatchSize: 500 }, async (relay) => {
      await waitFor('all of it in memory', () => inMemory(relay) === 3_000);
    });
    expect(Math.max(...sizes)).toBe(500);
    // As few sends as there can be, but for the first, which took what was there.
    expect(sizes.length).toBeLessThanOrEqual(1 + Math.ceil(3_000 / 500));
  });
});

test('a large transaction that was left open is read and sent in large pieces once it commits', async () => {
  await using database = await outboxDatabase({ shards: 1 });
  const brokers = silentBrokers();
  brokers.answer();
  await using relay = createRelay({ db: database.pool, publisher: brokers.publisher });
  await relay.start();
  await using open = await openTransaction(database.pool);
  await open.client.query(`SELECT outbox.write('t', 'k', 'test.noted', '/test', '{}') FROM generate_series(1, 4000)`);
  await write(database, 1);
  await waitFor(
    'the one behind it',
    () => relay.status().published === 1 && relay.status().shards[0]?.cursor === 4_001,
  );
  await open.end('COMMIT');
  await waitFor('all', () => relay.status().published === 4_001);
  // Two of 2,000, and what a read may have found before it was known how much there is.
  expect(brokers.sizes.length).toBeLessThanOrEqual(1 + 2 + 4);
});

test('a message that comes alone is sent alone, at once', async () => {
  await using database = await outboxDatabase({ shards: SHARDS });
  const brokers = silentBrokers();
  brokers.answer();
  await using relay = createRelay({ db: database.pool, publisher: brokers.publisher });
  await relay.start();
  for (let n = 1; n <= 3; n += 1) {
    await write(database, 1);
    await waitFor('it', () => relay.status().published === n);
  }
  expect(brokers.sizes).toEqual([1, 1, 1]);
});
