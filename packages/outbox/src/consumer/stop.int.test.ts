import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { consumingTest, range } from '../testing/fixtures/consumer/consuming.ts';
import { effectNumbers, effects, recordEffect } from '../testing/fixtures/consumer/effects.ts';
import { createAdmin } from '../testing/fixtures/kafka/clients.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';
import { createConsumer } from './create-consumer.ts';

jest.setTimeout(120_000);

describe.each(SUBSCRIBERS)('how a consumer ends and endures, on $client', ({ subscriber }) => {
  test('stop waits for the handler at work, takes nothing new, and leaves the group', async () => {
    await using test = await consumingTest(subscriber);
    const atWork = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    await test.send(range(0, 50).map((n) => ({ n })));
    const consumer = await test.start({
      maxBatchSize: 5,
      handlers: [
        recordEffect(test.topic, {
          before: async (n) => {
            if (n === 7) {
              atWork.resolve();
              await finish.promise;
            }
          },
        }),
      ],
    });
    await atWork.promise;
    const stopped = consumer.stop();
    expect(consumer.status().state).toBe('stopping');
    expect(consumer.stop()).toBe(stopped);
    finish.resolve();
    await stopped;
    expect(consumer.status()).toEqual(expect.objectContaining({ state: 'stopped', joined: false }));
    expect(await effectNumbers(test.database.pool)).toEqual(range(0, 10));
    expect(await test.positions()).toEqual({ 0: 10 });
    await expect(consumer.start()).rejects.toMatchObject({ code: 'CONSUMER_STOPPED' });

    await using admin = await createAdmin();
    expect((await admin.describeGroups([test.groupId])).groups[0]?.members).toEqual([]);
    const [committed] = await admin.fetchOffsets({ groupId: test.groupId, topics: [test.topic] });
    expect(committed?.partitions[0]?.offset).toBe('10');
  });

  test('stop gives up a handler that does not end, without a trace, in time', async () => {
    await using test = await consumingTest(subscriber);
    const atWork = Promise.withResolvers<AbortSignal>();
    await test.send([{ n: 0 }]);
    const consumer = await test.start({
      stopTimeoutMs: 200,
      handlers: [
        recordEffect(test.topic, {
          before: async (_, { tx, signal }) => {
            await tx.query("INSERT INTO effect (id, key, n) VALUES ('half', 'k', 0)");
            atWork.resolve(signal);
            await new Promise(() => {});
          },
        }),
      ],
    });
    const signal = await atWork.promise;
    const began = performance.now();
    await consumer.stop();
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(signal.aborted).toBe(true);
    expect(await effects(test.database.pool)).toEqual([]);
    expect(await test.positions()).toEqual({ 0: 0 });
    await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('its successor', async () => (await effectNumbers(test.database.pool)).length === 1);
  });

  test('stop while a partition is opened begins with nothing of it, and leaves it in peace', async () => {
    await using test = await consumingTest(subscriber);
    await test.send([{ n: 0 }]);
    const { pool } = test.database;
    const seen: number[] = [];
    await using blocker = await openTransaction(
      pool,
      'BEGIN; LOCK TABLE outbox.consumer_doubt IN ACCESS EXCLUSIVE MODE',
    );
    const consumer = await test.start({
      handlers: [recordEffect(test.topic, { before: (n) => void seen.push(n) })],
    });
    const waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'outbox.consumer_doubt'::regclass";
    await waitFor('the opening', async () => (await pool.query(waiting)).rowCount === 1);
    const stopped = consumer.stop();
    await blocker.end('ROLLBACK');
    await stopped;
    expect(consumer.status()).toMatchObject({ state: 'stopped', partitions: [] });
    // Whoever did not leave in peace stands as the owner.
    expect((await pool.query('SELECT owner FROM outbox.consumer_doubt')).rows).toEqual([{ owner: null }]);
    const successor = await test.start({ handlers: [recordEffect(test.topic, { worker: 'successor' })] });
    await waitFor('its successor', () => successor.status().partitions[0]?.position === '1');
    expect(await effects(pool)).toEqual([expect.objectContaining({ n: 0, worker: 'successor' })]);
    expect(seen).toEqual([]);
    expect(test.problems).toEqual([]);
  });

  test('stop is quiet while it is still joining, and when it was never started', async () => {
    await using test = await consumingTest(subscriber);
    const handlers = [recordEffect(test.topic)];
    const consumer = await test.start({ handlers });
    await consumer.stop();
    const options = { db: test.database.pool, subscriber: subscriber(), groupId: test.groupId, handlers };
    await createConsumer(options).stop();
    expect(test.problems).toEqual([]);
  });

  test('a handler longer than the session timeout keeps its partition: heartbeats go on', async () => {
    await using test = await consumingTest(subscriber);
    let calls = 0;
    await test.send([{ n: 0 }, { n: 1 }]);
    await test.start({
      handlers: [
        recordEffect(test.topic, {
          before: async (n) => {
            if (n === 0) {
              calls += 1;
              // Longer than the session timeout: the time itself is what is tested.
              await delay(8_000);
            }
          },
        }),
      ],
    });
    await waitFor('the handler at work', () => calls === 1);
    await using admin = await createAdmin();
    const members = async () => (await admin.describeGroups([test.groupId])).groups[0]?.members.map((m) => m.memberId);
    const before = await members();
    expect(before).toHaveLength(1);
    await waitFor('the end', async () => (await test.positions())[0] === 2);
    expect(await members()).toEqual(before);
    expect(calls).toBe(1);
    expect(await effectNumbers(test.database.pool)).toEqual([0, 1]);
  });

  test('memory stays bounded when the database is slower than Kafka, in several partitions at once', async () => {
    await using test = await consumingTest(subscriber, { partitions: 4 });
    const bytes = 20_000;
    const filler = 'x'.repeat(bytes);
    const slow = [0, 1, 2];
    const each = 300;
    const hold = Promise.withResolvers<void>();
    for (let from = 0; from < each; from += 15) {
      const wave = slow.flatMap((partition) =>
        range(partition * each + from, partition * each + from + 15).map((n) => ({
          n,
          partition,
          data: { key: 'slow', n, filler },
        })),
      );
      await test.send(wave);
    }
    const consumer = await test.start({
      subscriber: subscriber({ maxBytesPerPartition: 200_000 }),
      maxBatchSize: 1,
      handlers: [
        recordEffect(test.topic, { before: (n) => (n < 10_000 && n % each === 5 ? hold.promise : undefined) }),
      ],
    });
    const buffered = () =>
      consumer.status().partitions.flatMap((one) => (slow.includes(one.partition) ? one.buffered * bytes : []));
    // Six megabytes wait in each. Two are the limit; one more fetch may have been on its way, and some were handled since.
    await waitFor('full buffers', () => buffered().filter((held) => held >= 1_900_000).length === slow.length);
    for (let round = 0; round < 5; round += 1) {
      // Each of these arrives with a fetch of its own, which would have brought more of the other partitions, too.
      await test.send([{ n: 10_000 + round, partition: 3 }]);
      await waitFor('the fast partition', async () => (await test.positions())[3] === round + 1);
    }
    for (const held of buffered()) expect(held).toBeLessThan(2.5 * 1024 * 1024);
    hold.resolve();
    const ends = () => test.positions().then((positions) => slow.every((partition) => positions[partition] === each));
    await waitFor('the end', ends, { deadlineMs: 60_000 });
    const done = (await effectNumbers(test.database.pool)).filter((n) => n < 10_000);
    expect(done.toSorted((a, b) => a - b)).toEqual(range(0, slow.length * each));
  });
});
