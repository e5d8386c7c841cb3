import { expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';
import { createStatementRunner } from './statement.ts';

jest.setTimeout(60_000);

test('a statement that is not answered in time is given up with its connection, and the next is answered', async () => {
  await using database = await outboxDatabase({ shards: 1 });
  await using blocking = await openTransaction(database.pool);
  await blocking.client.query('SELECT pg_advisory_xact_lock(1)');
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  pool.on('error', () => {});
  try {
    const run = createStatementRunner(pool, { timeoutMs: 300 });
    await expect(run.run('SELECT pg_advisory_xact_lock(1)', [])).rejects.toMatchObject({
      code: 'STATEMENT_TIMEOUT',
      retryable: true,
    });
    // On the old connection it would wait behind the statement that was given up.
    const next = createStatementRunner(pool, { timeoutMs: 5_000 });
    await expect(next.run('SELECT 1 AS one', [])).resolves.toMatchObject({ rows: [{ one: 1 }] });
  } finally {
    await blocking.end('ROLLBACK');
    await pool.end();
  }
});
