import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { consumingTest, range } from '../testing/fixtures/consumer/consuming.ts';
import { counted, effectNumbers, effects, recordEffect } from '../testing/fixtures/consumer/effects.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';
import { type HandlerContext, on } from './on.ts';

jest.setTimeout(60_000);

describe.each(SUBSCRIBERS)('a message that fails, on $client', ({ subscriber }) => {
  test('holds up its own partition only, however much arrives behind it', async () => {
    await using test = await consumingTest(subscriber, { partitions: 3 });
    const poison = { key: 'poison', partition: 1 };
    await test.send([{ n: -1, ...poison }]);
    // More than a lane buffers: fetching of this one partition has to stop, and of no other.
    for (let from = 0; from < 5_000; from += 1_000) {
      await test.send(range(from, from + 1_000).map((n) => ({ n, ...poison })));
    }
    const consumer = await test.start({
      handlers: [
        recordEffect(test.topic, {
          before: (n) => {
            if (n === -1) {
              throw new Error('poison');
            }
          },
        }),
      ],
    });
    const lane = () => consumer.status().partitions.find(({ partition }) => partition === 1);
    await waitFor(
      'several tries and a full buffer',
      () => (lane()?.failing?.attempts ?? 0) >= 4 && (lane()?.buffered ?? 0) >= 2_000,
    );
    for (let round = 0; round < 3; round += 1) {
      await test.send([0, 2].flatMap((partition) => range(0, 50).map((n) => ({ n, key: `p${partition}`, partition }))));
    }
    await waitFor('the others', async () => (await effects(test.database.pool)).length >= 300);
    expect(await test.positions()).toEqual({ 0: 150, 1: 0, 2: 150 });
    expect((await effects(test.database.pool)).some(({ key }) => key === 'poison')).toBe(false);
    expect(lane()).toMatchObject({
      state: 'failing',
      position: '0',
      failing: { offset: '0', key: 'poison', message: 'poison' },
    });
    // One range beyond the limit may have been on its way.
    expect(lane()?.buffered).toBeLessThan(5_001);
    expect(test.problems.every((problem) => problem.kind === 'message' && problem.partition === 1)).toBe(true);
  });

  test('is found in the middle of its batch: those before it commit, and it is tried until it succeeds, in order', async () => {
    await using test = await consumingTest(subscriber);
    const tries = new Map<number, number>();
    let healed = false;
    await test.send(range(0, 40).map((n) => ({ n })));
    await test.start({
      handlers: [
        recordEffect(test.topic, {
          before: (n) => {
            tries.set(n, (tries.get(n) ?? 0) + 1);
            if (n === 7 && !healed) {
              throw new Error('not yet');
            }
          },
        }),
      ],
    });
    await waitFor('five tries', () => (tries.get(7) ?? 0) >= 5);
    expect(await effectNumbers(test.database.pool)).toEqual(range(0, 7));
    expect(await test.positions()).toEqual({ 0: 7 });
    const attempts = test.problems.map((problem) => (problem.kind === 'message' ? problem.attempts : 0));
    expect(attempts).toEqual(range(1, attempts.length + 1));
    healed = true;
    await waitFor('the rest', async () => (await test.positions())[0] === 40);
    expect(await effectNumbers(test.database.pool)).toEqual(range(0, 40));
    // Those before it ran once more at most, when the first batch was narrowed.
    expect(Math.max(...range(0, 7).map((n) => tries.get(n) ?? 0))).toBeLessThanOrEqual(2);
  });

  test('a handler that swallows the error of a statement has not succeeded', async () => {
    await using test = await consumingTest(subscriber);
    let broken = true;
    await test.send([{ n: 1 }, { n: 2 }, { n: 3 }]);
    await test.start({
      handlers: [
        on(counted(test.topic), async (event, { tx }) => {
          await tx.query('INSERT INTO effect (id, key, n) VALUES ($1, $2, $3)', [event.id, 'k', event.data.n]);
          if (event.data.n === 2 && broken) {
            await tx.query('SELECT 1 / 0').catch(() => {});
          }
        }),
      ],
    });
    await waitFor('word of it', () =>
      test.problems.some((problem) => problem.kind === 'message' && problem.offset === '1' && problem.attempts >= 2),
    );
    expect(test.problems.at(-1)?.error).toMatchObject({ code: 'HANDLER_TRANSACTION_FAILED' });
    expect(await effectNumbers(test.database.pool)).toEqual([1]);
    broken = false;
    await waitFor('the rest', async () => (await test.positions())[0] === 3);
    expect(await effectNumbers(test.database.pool)).toEqual([1, 2, 3]);
  });

  test('a constraint that speaks only at COMMIT is traced to its message', async () => {
    await using test = await consumingTest(subscriber);
    const { pool } = test.database;
    await pool.query(`
      CREATE TABLE known (n int PRIMARY KEY);
      INSERT INTO known SELECT generate_series(0, 29);
      DELETE FROM known WHERE n = 17;
      ALTER TABLE effect ADD FOREIGN KEY (n) REFERENCES known DEFERRABLE INITIALLY DEFERRED`);
    await test.send(range(0, 30).map((n) => ({ n })));
    await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('the culprit', () =>
      test.problems.some((problem) => problem.kind === 'message' && problem.offset === '17'),
    );
    expect(await effectNumbers(pool)).toEqual(range(0, 17));
    expect(test.problems.every((problem) => problem.kind === 'message' && problem.offset === '17')).toBe(true);
    await pool.query('INSERT INTO known VALUES (17)');
    await waitFor('the rest', async () => (await test.positions())[0] === 30);
    expect(await effectNumbers(pool)).toEqual(range(0, 30));
  });

  test('a handler that never returns is given up, its transaction too, and others go on meanwhile', async () => {
    await using test = await consumingTest(subscriber, { partitions: 2 });
    const signals: AbortSignal[] = [];
    let late: Promise<unknown> | undefined;
    await test.send([
      { n: 0, partition: 0 },
      { n: 1, partition: 1 },
    ]);
    await test.start({
      handlerTimeoutMs: 300,
      handlers: [
        recordEffect(test.topic, {
          before: async (n, { tx, signal }) => {
            if (n === 0 && signals.length < 2) {
              signals.push(signal);
              await tx.query('INSERT INTO effect (id, key, n) VALUES ($1, $2, $3)', ['hung', 'k', 0]);
              await new Promise((resolve) => signal.addEventListener('abort', resolve));
              late = tx.query('INSERT INTO effect (id, key, n) VALUES ($1, $2, $3)', ['late', 'k', 0]);
              await late;
            }
          },
        }),
      ],
    });
    await waitFor('both', async () => (await effectNumbers(test.database.pool)).length >= 2);
    await expect(late).rejects.toMatchObject({ code: 'HANDLER_TRANSACTION_CLOSED' });
    expect((await effects(test.database.pool)).map(({ n }) => n).sort()).toEqual([0, 1]);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    expect(test.problems.map(({ error }) => (error as Error & { code: string }).code)).toEqual([
      'HANDLER_TIMEOUT',
      'HANDLER_TIMEOUT',
    ]);
  });

  test('a statement that a handler did not wait for stays in its transaction or is refused', async () => {
    await using test = await consumingTest(subscriber);
    const contexts: HandlerContext[] = [];
    await test.send([{ n: 0 }, { n: 1 }]);
    await test.start({
      handlers: [
        on(counted(test.topic), (event, context) => {
          contexts.push(context);
          void context.tx.query('INSERT INTO effect (id, key, n) VALUES ($1, $2, $3)', [event.id, 'k', event.data.n]);
        }),
      ],
    });
    await waitFor('the end', async () => (await test.positions())[0] === 2);
    expect(await effectNumbers(test.database.pool)).toEqual([0, 1]);
    for (const { tx } of contexts) {
      await expect(tx.query('SELECT 1')).rejects.toMatchObject({ code: 'HANDLER_TRANSACTION_CLOSED' });
    }
  });

  test('deadlocks between partitions are nobody’s fault and solve themselves', async () => {
    await using test = await consumingTest(subscriber, { partitions: 2 });
    const { pool } = test.database;
    await pool.query(
      'CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL); INSERT INTO counter VALUES (0, 0), (1, 0)',
    );
    await test.send(range(0, 12).map((n) => ({ n, partition: n % 2 })));
    await test.start({
      maxBatchSize: 1,
      handlers: [
        recordEffect(test.topic, {
          before: async (n, { tx }) => {
            for (const id of n % 2 === 0 ? [0, 1] : [1, 0]) {
              await tx.query('UPDATE counter SET n = n + 1 WHERE id = $1', [id]);
              await delay(2);
            }
          },
        }),
      ],
    });
    await waitFor('all', async () => (await effectNumbers(pool)).length >= 12, { deadlineMs: 50_000 });
    expect((await pool.query('SELECT n FROM counter')).rows).toEqual([{ n: 12 }, { n: 12 }]);
    expect(test.problems).toEqual([]);
  });
});
