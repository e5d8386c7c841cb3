import { expect, jest, test } from '@jest/globals';
import { outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { insertMessage, reading } from '../testing/fixtures/outbox/reading.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';

jest.setTimeout(60_000);

test('a read is one statement: what commits when it was answered is read with the next, in order', async () => {
  await using database = await outboxDatabase({ shards: 1 });
  const { pool } = database;
  await using late = await openTransaction(pool);
  await late.client.query(insertMessage('first'));
  let commits: (() => Promise<void>) | undefined;
  const reader = await reading(database, async () => {
    const now = commits;
    commits = undefined;
    await now?.();
  });
  await pool.query(insertMessage('other'));
  await reader.read();
  expect(reader.tracker.gapCount).toBe(1);
  // Were gaps and new rows read by two statements, both commits would come between them.
  commits = async () => {
    await late.end('COMMIT');
    await pool.query(insertMessage('second'));
  };
  await reader.read();
  while (!reader.seen.includes('second')) await reader.read();
  expect(reader.seen).toEqual(['other', 'first', 'second']);
});
