import { waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { type OutboxDatabase, outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { createRelay, type Relay } from '../create-relay.ts';

jest.setTimeout(60_000);

/** Longer than a test may take: nothing here happens because a lease stood still. */
const LEASE_MS = 600_000;

/** No message is written here. */
const publisher = { publish: async () => [], close: async () => {} };

async function joined({ pool }: OutboxDatabase): Promise<Relay> {
  const relay = createRelay({ db: pool, publisher, leaseMs: LEASE_MS });
  await relay.start();
  return relay;
}

/** Waits until each relay has so many shards, and all have all of them, each once. */
async function shared(relays: readonly Relay[], counts: readonly number[]): Promise<void> {
  const held = () => relays.map((relay) => relay.status().shards.map(({ shard }) => shard));
  const wanted = counts.toSorted();
  const total = counts.reduce((sum, count) => sum + count, 0);
  await waitFor(`shares of ${counts}`, () => {
    const sizes = held().map(({ length }) => length);
    return String(sizes.toSorted()) === String(wanted) && new Set(held().flat()).size === total;
  });
}

test('relays that join and leave share all shards fairly, without waiting for any lease to end', async () => {
  await using database = await outboxDatabase({ shards: 8 });
  await using first = await joined(database);
  await shared([first], [8]);
  await using second = await joined(database);
  await shared([first, second], [4, 4]);
  await using third = await joined(database);
  await shared([first, second, third], [2, 3, 3]);
  await first.stop();
  await shared([second, third], [4, 4]);
  await third.stop();
  await shared([second], [8]);
});

test('with more relays than shards one is a spare, and steps in as soon as another leaves', async () => {
  await using database = await outboxDatabase({ shards: 2 });
  await using first = await joined(database);
  await using second = await joined(database);
  await shared([first, second], [1, 1]);
  await using spare = await joined(database);
  const known = async () => (await database.pool.query('SELECT FROM outbox.relay WHERE beats > 3')).rows.length;
  await waitFor('all to know of each other', async () => (await known()) === 3);
  await shared([first, second, spare], [0, 1, 1]);
  await first.stop();
  await shared([second, spare], [1, 1]);
});

test('a relay that stops says so, for the others need not wait for their next look', async () => {
  await using database = await outboxDatabase({ shards: 2 });
  const listener = new pg.Client({ connectionString: database.url });
  await listener.connect();
  try {
    const said: (string | undefined)[] = [];
    listener.on('notification', ({ payload }) => said.push(payload));
    await listener.query('LISTEN outbox_nudge');
    const relay = await joined(database);
    await shared([relay], [2]);
    await relay.stop();
    await listener.query('SELECT 1');
    expect(said.at(-1)).toBe('leases');
    const { rows } = await database.pool.query('SELECT owner FROM outbox.lease UNION ALL SELECT id FROM outbox.relay');
    expect(rows).toEqual([{ owner: null }, { owner: null }]);
  } finally {
    await listener.end();
  }
});
