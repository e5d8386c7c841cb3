import { channel } from 'node:diagnostics_channel';
import { createTopic, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import type { Database } from '../database/port.ts';
import { CHANNELS } from '../telemetry/names.ts';
import { PUBLISHERS } from '../testing/fixtures/kafka/publishers.ts';
import { outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { noted } from '../testing/fixtures/outbox/events.ts';
import { insertMessage } from '../testing/fixtures/outbox/reading.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';
import { writeNumbered } from '../testing/fixtures/outbox/writing.ts';
import { createOutbox } from '../writer/create-outbox.ts';
import { createRelay } from './create-relay.ts';
import { listen } from './listen.ts';

jest.setTimeout(60_000);

const NEVER = 600_000;

test('a nudge makes an idle relay read at once', async () => {
  await using database = await outboxDatabase({ shards: 1 });
  const topic = await createTopic('nudged');
  const publisher = PUBLISHERS[0]?.publisher;
  if (publisher === undefined) throw new Error('there is no publisher');
  const outbox = createOutbox({ source: '/test', db: database.pool });
  // A number that may still come: while it is missing, looking at the sequence does not replace a read.
  await using open = await openTransaction(database.pool);
  await open.client.query(insertMessage('missing'));
  let reads = 0;
  const count = (): void => {
    reads += 1;
  };
  channel(CHANNELS.read).subscribe(count);
  using _ = { [Symbol.dispose]: () => void channel(CHANNELS.read).unsubscribe(count) };
  await using relay = createRelay({
    db: database.pool,
    publisher: publisher(),
    pace: { busyMs: NEVER, idleMs: NEVER, patience: 0 },
  });
  await relay.start();
  await waitFor('it to listen', async () => {
    const { rows } = await database.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    );
    return rows.length > 0;
  });
  // After this it reads nothing more by itself for ten minutes.
  await waitFor('the read that finds nothing', () => reads > 0);
  await writeNumbered(database.pool, noted(topic), { from: 0, count: 1 });
  await outbox.nudge();
  await waitFor('the message', () => relay.status().published === 1);
  expect(relay.status().trouble).toBeNull();
});

test('one that is told to end while it connects ends, and gives its connection back', async () => {
  await using database = await outboxDatabase({ shards: 1 });
  const { pool } = database;
  const ending = new AbortController();
  const given: pg.PoolClient[] = [];
  const connect = async () => {
    const connection = await pool.connect();
    given.push(connection);
    ending.abort();
    return connection;
  };
  const db: Database = { connect, query: (sql, params = []) => pool.query(sql, [...params]) };
  let ended = false;
  void listen({ db, channel: 'any', signal: ending.signal, retry: { firstMs: 1, maxMs: 1 }, heard: () => {} }).then(
    () => {
      ended = true;
    },
  );
  try {
    await waitFor('it to end', () => ended);
    expect(pool.totalCount).toBe(0);
  } finally {
    if (!ended) for (const connection of given) connection.release(true);
  }
});
