import { randomUUID } from 'node:crypto';
import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { consumingTest, range } from '../testing/fixtures/consumer/consuming.ts';
import { effectNumbers, effects, recordEffect } from '../testing/fixtures/consumer/effects.ts';
import { inGroupOfItsOwn, SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';
import { spawnConsumer } from '../testing/fixtures/processes/spawn-consumer.ts';

jest.setTimeout(120_000);

describe.each(SUBSCRIBERS)('who owns a partition, on $client', ({ client, subscriber }) => {
  test('consumers that come and go while messages flow double nothing, lose nothing and keep the order', async () => {
    await using test = await consumingTest(subscriber, { partitions: 4 });
    const keys = 16;
    let sent = 0;
    const send = async (): Promise<void> => {
      const batch = range(sent, sent + 100);
      sent += batch.length;
      await test.send(batch.map((n) => ({ n, key: `k${n % keys}` })));
    };
    const join = (worker: string) => test.start({ maxBatchSize: 20, handlers: [recordEffect(test.topic, { worker })] });
    const count = async () => (await effects(test.database.pool)).length;

    const first = await join('first');
    await send();
    await waitFor('a beginning', async () => (await count()) > 0);
    const second = await join('second');
    // The first may have handled all there is before the second has a partition.
    await waitFor(
      'work for the second',
      async () => {
        await send();
        return (await effects(test.database.pool)).some(({ worker }) => worker === 'second');
      },
      { everyMs: 100 },
    );
    const third = join('third');
    await first.stop();
    for (let times = 0; times < 10; times += 1) await send();
    const total = sent;
    await (await third).stop();
    await waitFor('the end', async () => (await count()) >= total, { deadlineMs: 60_000 });
    await second.stop();

    const done = await effects(test.database.pool);
    expect(done).toHaveLength(total);
    for (const key of range(0, keys).map((k) => `k${k}`)) {
      expect(done.filter((effect) => effect.key === key).map(({ n }) => n)).toEqual(
        range(0, total).filter((n) => `k${n % keys}` === key),
      );
    }
  });

  test('a handler at work when its partition goes to another is told, and leaves no trace', async () => {
    await using test = await consumingTest(subscriber, { partitions: 2 });
    await test.send([0, 1].map((partition) => ({ n: partition, partition })));
    const signals: AbortSignal[] = [];
    const hanging = recordEffect(test.topic, {
      worker: 'first',
      before: (n, { signal }) => {
        signals[n] = signal;
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    });
    await test.start({ stopTimeoutMs: 100, handlers: [hanging] });
    await waitFor('both handlers at work', () => signals[0] !== undefined && signals[1] !== undefined);
    await test.start({ handlers: [recordEffect(test.topic, { worker: 'second' })] });
    await waitFor('the effect of the second', async () => (await effects(test.database.pool)).length === 1);
    const [effect] = await effects(test.database.pool);
    expect(effect?.worker).toBe('second');
    // The one it kept goes on undisturbed: a rebalance is no reason to begin again.
    expect(signals.filter(({ aborted }) => aborted)).toHaveLength(1);
    expect(signals[effect?.n ?? -1]?.aborted).toBe(true);
  });

  test('a statement under way when its partition goes to another ends, and leaves no trace', async () => {
    await using test = await consumingTest(subscriber, { partitions: 2 });
    const { pool } = test.database;
    await test.send([0, 1].map((partition) => ({ n: partition, partition })));
    const sleeping = async () => {
      const { rows } = await pool.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%'",
      );
      return rows.length;
    };
    const first = await test.start({
      stopTimeoutMs: 100,
      handlers: [
        recordEffect(test.topic, {
          worker: 'first',
          async before(n, { tx }) {
            await tx.query("INSERT INTO effect (id, key, n, worker) VALUES ('half', 'k', $1, 'first')", [n]);
            await tx.query('SELECT pg_sleep(600)');
          },
        }),
      ],
    });
    await waitFor('both statements under way', async () => (await sleeping()) === 2);
    await test.start({ handlers: [recordEffect(test.topic, { worker: 'second' })] });
    await waitFor('the effect of the second', async () => (await effects(pool)).length === 1);
    await waitFor('the end of the statement', async () => (await sleeping()) === 1);
    await first.stop();
    await waitFor('the effect of the other', async () => (await effects(pool)).length === 2);
    await waitFor('the end of all statements', async () => (await sleeping()) === 0);
    expect((await effects(pool)).map(({ worker }) => worker)).toEqual(['second', 'second']);
    expect(new Set(await effectNumbers(pool))).toEqual(new Set([0, 1]));
    expect(test.problems).toEqual([]);
  });

  test('one on the other client is refused while these are in the group, and goes on where they ended', async () => {
    await using test = await consumingTest(subscriber);
    const other = SUBSCRIBERS.find((one) => one.client !== client);
    await test.send(range(0, 5).map((n) => ({ n })));
    const first = await test.start({ handlers: [recordEffect(test.topic, { worker: 'first' })] });
    await waitFor('the first', async () => (await test.positions())[0] === 5);
    const second = await test.start({
      subscriber: (other?.subscriber ?? subscriber)(),
      handlers: [recordEffect(test.topic, { worker: 'second' })],
    });
    await waitFor('the refusal', () => second.status().trouble !== null);
    const message = expect.stringContaining('protocols are incompatible with those of existing members');
    expect(second.status()).toMatchObject({ joined: false, trouble: { with: 'kafka', message } });
    expect(first.status()).toMatchObject({ joined: true, trouble: null });
    await first.stop();
    await test.send(range(5, 10).map((n) => ({ n })));
    await waitFor('the second', async () => (await test.positions())[0] === 10);
    const done = await effects(test.database.pool);
    expect(done.map(({ n }) => n)).toEqual(range(0, 10));
    expect(done.map(({ worker }) => worker)).toEqual([...Array(5).fill('first'), ...Array(5).fill('second')]);
    expect(second.status().trouble).toBeNull();
  });

  test.each([
    ['in a transaction', { freezeAt: 5, handlerTimeoutMs: 2_000 }],
    ['between transactions', {}],
  ])('a zombie frozen %s is passed by, and does no harm when it wakes up', async (_, freeze) => {
    await using test = await consumingTest(subscriber);
    await test.send(range(0, 10).map((n) => ({ n })));
    const options = { client, databaseUrl: test.database.url, topic: test.topic, groupId: test.groupId };
    await using zombie = spawnConsumer({ ...options, worker: 'zombie', ...freeze });
    if ('freezeAt' in freeze) {
      await zombie.says('at');
    } else {
      await waitFor('its work', async () => (await effectNumbers(test.database.pool)).length === 10);
    }
    zombie.child.kill('SIGSTOP');

    await test.send(range(10, 20).map((n) => ({ n })));
    await test.start({ handlers: [recordEffect(test.topic, { worker: 'successor' })] });
    await waitFor('the successor', async () => (await test.positions())[0] === 20, { deadlineMs: 60_000 });
    zombie.child.kill('SIGCONT');
    await test.send(range(20, 30).map((n) => ({ n })));
    await waitFor('the end', async () => (await test.positions())[0] === 30, { deadlineMs: 60_000 });
    zombie.child.kill('SIGTERM');
    expect(await zombie.ended).toBe(0);
    expect(await effectNumbers(test.database.pool)).toEqual(range(0, 30));
  });

  test('three consumers that all believe they own it: each message is handled by one of them, in order', async () => {
    await using test = await consumingTest(subscriber);
    // Kafka knows them as members of three groups, so that all own the partition; the database knows one group.
    const ids = range(0, 1_000).map(() => randomUUID());
    for (const worker of ['one', 'two', 'three']) {
      await test.start({
        subscriber: inGroupOfItsOwn(subscriber()),
        maxBatchSize: 10,
        handlers: [recordEffect(test.topic, { worker })],
      });
    }
    const time = new Date().toISOString();
    for (let from = 0; from < 1_000; from += 100) {
      await test.send(range(from, from + 100).map((n) => ({ n, id: String(ids[n]), time })));
    }
    const steps: number[] = [];
    await waitFor('the end', async () => {
      steps.push((await test.positions())[0] ?? 0);
      return steps.at(-1) === 1_000;
    });
    expect(await effectNumbers(test.database.pool)).toEqual(range(0, 1_000));
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(test.problems).toEqual([]);
  });
});
