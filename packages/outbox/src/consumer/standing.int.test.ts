import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { createAdmin } from '../admin/create-admin.ts';
import { type ConsumingTest, consumingTest, range } from '../testing/fixtures/consumer/consuming.ts';
import { effectNumbers, recordEffect } from '../testing/fixtures/consumer/effects.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';

jest.setTimeout(120_000);

const TWICE = { attempts: 2, firstMs: 10, maxMs: 20 };

/** The third of five events, each with a key of its own, does this in its handler. */
async function theThird(test: ConsumingTest, statement: string, handlerTimeoutMs = 60_000): Promise<void> {
  await test.send(range(0, 5).map((n) => ({ n, key: `k${n}` })));
  await test.start({
    handlerTimeoutMs,
    retry: TWICE,
    handlers: [
      recordEffect(test.topic, {
        before: async (n, { tx }) => {
          if (n === 2) await tx.query(statement);
        },
      }),
    ],
  });
  await waitFor('the end', async () => (await test.positions())[0] === 5, { deadlineMs: 60_000 });
}

const parkedOf = async ({ database }: ConsumingTest) =>
  (await createAdmin(database.pool).consumers.parked()).map(({ key, code }) => ({ key, code }));

// The database has no part in which client it is.
describe.each(SUBSCRIBERS.slice(0, 1))('what could make a partition stand still, on $client', ({ subscriber }) => {
  test('a statement that does not end is given up with its handler, and its lock with it', async () => {
    await using test = await consumingTest(subscriber);
    await theThird(test, 'SELECT pg_sleep(600)', 500);
    expect(await effectNumbers(test.database.pool)).toEqual([0, 1, 3, 4]);
    expect(await parkedOf(test)).toEqual([{ key: 'k2', code: 'HANDLER_TIMEOUT' }]);
    const { rows } = await test.database.pool.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query ~ 'pg_sleep' AND pid <> pg_backend_pid()",
    );
    expect(rows).toEqual([]);
  });

  test('a transaction that collides every time counts as failed in the end', async () => {
    await using test = await consumingTest(subscriber);
    await theThird(test, "DO $$ BEGIN RAISE EXCEPTION 'always' USING ERRCODE = 'serialization_failure'; END $$");
    expect(await effectNumbers(test.database.pool)).toEqual([0, 1, 3, 4]);
    expect(await parkedOf(test)).toEqual([{ key: 'k2', code: '40001' }]);
  });

  test('a handler that would end the transaction is refused, and nothing of its batch stays', async () => {
    await using test = await consumingTest(subscriber);
    await theThird(test, 'COMMIT');
    expect(await effectNumbers(test.database.pool)).toEqual([0, 1, 3, 4]);
    expect(await parkedOf(test)).toEqual([{ key: 'k2', code: 'HANDLER_TRANSACTION_CONTROL' }]);
  });

  test('a position that somebody else keeps locked is reported, and goes on when it is free', async () => {
    await using test = await consumingTest(subscriber);
    await test.send([{ n: 0 }]);
    await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('the first', async () => (await test.positions())[0] === 1);
    await using somebody = await openTransaction(test.database.pool);
    await somebody.client.query('SELECT FROM outbox.consumer_position FOR UPDATE');
    await test.send([{ n: 1 }]);
    await waitFor('a report', () =>
      test.problems.some(({ kind, error }) => kind === 'database' && 'code' in error && error.code === 'POSITION_HELD'),
    );
    await somebody.end('COMMIT');
    await waitFor('the second', async () => (await test.positions())[0] === 2);
    expect(await effectNumbers(test.database.pool)).toEqual([0, 1]);
  });

  test('headers that Postgres could not take park their key, and nothing else', async () => {
    await using test = await consumingTest(subscriber);
    await test.send([
      { n: 0 },
      { n: 1, key: 'no such day', time: '2026-02-30T00:00:00Z' },
      { n: 2, key: 'no such offset', time: '2026-02-03T00:00:00+16:00' },
      { n: 3, key: 'a NUL', id: 'a\0b' },
      { n: 4, key: 'long', id: 'x'.repeat(8_000) },
      { n: 5 },
    ]);
    await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('the end', async () => (await test.positions())[0] === 6);
    expect(await effectNumbers(test.database.pool)).toEqual([0, 5]);
    const parked = await parkedOf(test);
    expect(parked.map(({ key }) => key).sort()).toEqual(['a NUL', 'long', 'no such day', 'no such offset']);
    expect(new Set(parked.map(({ code }) => code))).toEqual(new Set(['EVENT_HEADERS_INVALID']));
  });
});
