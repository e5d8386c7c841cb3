import { createTopic, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import type { Connection, Database, NamedStatement, StatementResult } from '../database/port.ts';
import { renewLeases } from '../lease/lease.sql.ts';
import { newestDrawn } from '../reader/drawn.sql.ts';
import { readMessages } from '../reader/read.sql.ts';
import { PUBLISHERS } from '../testing/fixtures/kafka/publishers.ts';
import { type OutboxDatabase, outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { noted } from '../testing/fixtures/outbox/events.ts';
import { writeNumbered } from '../testing/fixtures/outbox/writing.ts';
import { createRelay } from './create-relay.ts';

jest.setTimeout(60_000);

const NAMES = new Map([
  [readMessages('"outbox"'), 'read'],
  [newestDrawn(), 'look'],
  [renewLeases('"outbox"'), 'round'],
]);

/** A database that notes a relay's reads, looks and rounds of leases, in the order of their answers. */
function noting({ pool }: OutboxDatabase): Database & { readonly noted: string[] } {
  const noted: string[] = [];
  const noter = (connection: Connection): Connection => ({
    query: async (statement: string | NamedStatement, params?: readonly unknown[]): Promise<StatementResult> => {
      if (typeof statement === 'string') return connection.query(statement, params);
      const result = await connection.query(statement);
      const name = NAMES.get(statement.text);
      if (name !== undefined) noted.push(name);
      return result;
    },
    release: (error) => connection.release(error),
  });
  return {
    noted,
    connect: async () => noter(await pool.connect()),
    query: (sql, params) => pool.query(sql, params && [...params]),
  };
}

const countIn = (noted: readonly string[], name: string): number => noted.filter((each) => each === name).length;

test('an idle relay looks at its sequences, and reads again with the first look that sees a new number', async () => {
  await using database = await outboxDatabase();
  const topic = await createTopic('calm');
  const publisher = PUBLISHERS[0]?.publisher;
  if (publisher === undefined) throw new Error('there is no publisher');
  const db = noting(database);
  await using relay = createRelay({ db, publisher: publisher(), pace: { busyMs: 5, idleMs: 5 } });
  await relay.start();
  await writeNumbered(database.pool, noted(topic), { from: 0, count: 10 });
  await waitFor('what was written', () => relay.status().published === 10);
  db.noted.length = 0;
  await waitFor('many looks', () => countIn(db.noted, 'look') >= 50);
  expect(countIn(db.noted, 'read')).toBeLessThan(countIn(db.noted, 'look') / 2);

  for (let from = 10; from < 15; from += 1) {
    await waitFor('another look', () => db.noted.findLast((each) => each !== 'round') === 'look');
    const before = db.noted.length;
    await writeNumbered(database.pool, noted(topic), { from, count: 1 });
    const committed = db.noted.length;
    const read = await waitFor('a read', () => db.noted.indexOf('read', before) + 1 || undefined);
    // One look may have been under way, the next one saw the number.
    expect(countIn(db.noted.slice(committed, read - 1), 'look')).toBeLessThanOrEqual(2);
    await waitFor('the message', () => relay.status().published === from + 1);
  }
});

test('a round of leases that is due before the next look takes its place', async () => {
  await using database = await outboxDatabase();
  const publisher = PUBLISHERS[0]?.publisher;
  if (publisher === undefined) throw new Error('there is no publisher');
  const db = noting(database);
  await using relay = createRelay({
    db,
    publisher: publisher(),
    leaseMs: 400,
    pace: { busyMs: 300, idleMs: 300, patience: 0 },
  });
  await relay.start();
  await waitFor('its leases', () => relay.status().shards.length > 0);
  await waitFor('many rounds', () => countIn(db.noted, 'round') >= 20);
  // Rounds come every 100 ms, looks would every 300. One may fall into a round that is under way.
  expect(countIn(db.noted, 'look')).toBeLessThanOrEqual(2);
});
