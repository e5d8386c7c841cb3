import { createTopic, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import type { Connection, Database, NamedStatement, StatementResult } from '../database/port.ts';
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
]);

/** A database that notes a relay's reads and looks, in the order of their answers. */
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
  const count = (name: string): number => db.noted.filter((each) => each === name).length;
  db.noted.length = 0;
  await waitFor('many looks', () => count('look') >= 50);
  expect(count('read')).toBeLessThan(count('look') / 2);

  for (let from = 10; from < 15; from += 1) {
    await waitFor('another look', () => db.noted.at(-1) === 'look');
    const before = db.noted.length;
    await writeNumbered(database.pool, noted(topic), { from, count: 1 });
    const committed = db.noted.length;
    const read = await waitFor('a read', () => db.noted.indexOf('read', before) + 1 || undefined);
    // One look may have been under way, the next one saw the number.
    expect(read - 1 - committed).toBeLessThanOrEqual(2);
    await waitFor('the message', () => relay.status().published === from + 1);
  }
});
