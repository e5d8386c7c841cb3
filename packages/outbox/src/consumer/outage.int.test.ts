import { networkPath, testServers, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { consumingTest, range } from '../testing/fixtures/consumer/consuming.ts';
import { effectNumbers, recordEffect } from '../testing/fixtures/consumer/effects.ts';
import { createAdmin, createProducer, removeBefore } from '../testing/fixtures/kafka/clients.ts';
import { eventMessage } from '../testing/fixtures/kafka/event-message.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';

jest.setTimeout(120_000);

describe.each(SUBSCRIBERS)('an outage, on $client', ({ subscriber }) => {
  test('Postgres away in the middle of a handler, and for a while: nothing is lost, doubled or blamed on a message', async () => {
    await using test = await consumingTest(subscriber);
    using postgres = networkPath(Number(new URL(testServers().postgresUrl).port));
    const pool = new pg.Pool({ connectionString: test.database.url, max: 5 });
    const reached = Promise.withResolvers<AbortSignal>();
    const mended = Promise.withResolvers<void>();
    await test.send(range(0, 30).map((n) => ({ n })));
    const consumer = await test.start({
      db: pool,
      handlers: [
        recordEffect(test.topic, {
          before: async (n, { signal }) => {
            if (n === 12) {
              reached.resolve(signal);
              await mended.promise;
            }
          },
        }),
      ],
    });
    const signal = await reached.promise;
    postgres.cut();
    await waitFor('the handler to be told', () => signal.aborted);
    await waitFor('the status to say so', () => consumer.status().trouble?.with === 'database');
    await waitFor('several tries', () => test.problems.filter(({ kind }) => kind === 'database').length >= 3);
    postgres.mend();
    mended.resolve();
    await waitFor('the rest', async () => (await test.positions())[0] === 30);
    expect(await effectNumbers(test.database.pool)).toEqual(range(0, 30));
    expect(consumer.status().trouble).toBeNull();
    expect(test.problems.filter(({ kind }) => kind === 'message')).toEqual([]);
    await consumer.stop();
    await pool.end();
  });

  test('a topic that does not exist is trouble, and stops no other; it is handled when it comes', async () => {
    await using test = await consumingTest(() => subscriber({ topicCheckIntervalMs: 200 }));
    const later = `later.${test.groupId}`;
    await test.send([{ n: 0 }]);
    const consumer = await test.start({ handlers: [recordEffect(test.topic), recordEffect(later)] });
    await waitFor('what is there', async () => (await effectNumbers(test.database.pool)).length === 1);
    const message = `Kafka has no topic ${later}`;
    expect(consumer.status()).toMatchObject({ joined: true, trouble: { with: 'kafka', message } });
    expect(test.problems).toEqual([{ kind: 'kafka', error: expect.objectContaining({ message }) }]);

    await using admin = await createAdmin();
    await admin.createTopics({ topics: [{ topic: later, numPartitions: 1 }], waitForLeaders: true });
    await using producer = await createProducer();
    const data = { key: 'k', n: 1 };
    await producer.send({ topic: later, messages: [eventMessage({ type: 'test.counted', key: 'k', data })] });
    await waitFor('what came', async () => (await effectNumbers(test.database.pool)).length === 2);
    expect(consumer.status().trouble).toBeNull();
    expect(test.problems).toHaveLength(1);
  });

  test('Kafka away for a while: what was fetched is handled, the rest afterwards', async () => {
    await using test = await consumingTest(subscriber, { partitions: 2 });
    const port = Number(testServers().kafkaBrokers[0]?.split(':')[1]);
    await test.send(range(0, 20).map((n) => ({ n, partition: n % 2 })));
    using kafka = networkPath(port);
    const consumer = await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('a beginning', async () => (await effectNumbers(test.database.pool)).length === 20);
    kafka.cut();
    await waitFor('the status to say so', () => !consumer.status().joined, { deadlineMs: 60_000 });
    expect(consumer.status().trouble?.with).toBe('kafka');
    kafka.mend();
    await waitFor('it to be back', () => consumer.status().joined, { deadlineMs: 60_000 });
    await test.send(range(20, 40).map((n) => ({ n, partition: n % 2 })));
    await waitFor('the rest', async () => (await effectNumbers(test.database.pool)).length >= 40);
    expect((await effectNumbers(test.database.pool)).toSorted((a, b) => a - b)).toEqual(range(0, 40));
    expect(consumer.status().trouble).toBeNull();
  });

  test('neither is there when it starts: it waits for both', async () => {
    await using test = await consumingTest(subscriber);
    using kafka = networkPath(Number(testServers().kafkaBrokers[0]?.split(':')[1]));
    using postgres = networkPath(Number(new URL(testServers().postgresUrl).port));
    const pool = new pg.Pool({ connectionString: test.database.url, max: 5 });
    await test.send([{ n: 1 }]);
    kafka.cut();
    postgres.cut();
    const consumer = await test.start({ db: pool, handlers: [recordEffect(test.topic)] });
    await waitFor('trouble with Kafka', () => consumer.status().trouble?.with === 'kafka');
    kafka.mend();
    await waitFor('trouble with Postgres', () => consumer.status().trouble?.with === 'database', {
      deadlineMs: 60_000,
    });
    expect(consumer.status().partitions).toEqual([expect.objectContaining({ state: 'opening', position: null })]);
    postgres.mend();
    await waitFor('the effect', async () => (await effectNumbers(test.database.pool)).length === 1);
    await consumer.stop();
    await pool.end();
  });

  test('a database restored from a backup takes its position back: what came after is read and handled again', async () => {
    await using test = await consumingTest(subscriber);
    const { pool } = test.database;
    await test.send(range(0, 20).map((n) => ({ n })));
    const before = await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('all', async () => (await test.positions())[0] === 20);
    const restore = `
      BEGIN;
      DELETE FROM effect WHERE n >= 10;
      DELETE FROM outbox.inbox WHERE id NOT IN (SELECT id FROM effect);
      UPDATE outbox.consumer_position SET next_offset = 10;
      COMMIT`;
    // While it runs and nothing arrives; Kafka's own committed offset stays at 20.
    await pool.query(restore);
    await waitFor('the rest again', async () => (await test.positions())[0] === 20);
    expect(await effectNumbers(pool)).toEqual(range(0, 20));

    await before.stop();
    await pool.query(restore);
    await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('the rest a third time', async () => (await test.positions())[0] === 20);
    expect(await effectNumbers(pool)).toEqual(range(0, 20));
  });

  test('a position that is gone begins anew at the oldest message, and the inbox remembers', async () => {
    await using test = await consumingTest(subscriber);
    await test.send(range(0, 10).map((n) => ({ n })));
    await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('all', async () => (await test.positions())[0] === 10);
    await test.database.pool.query('DELETE FROM outbox.consumer_position');
    await test.send([{ n: 10 }]);
    await waitFor('the end', async () => (await test.positions())[0] === 11);
    expect(await effectNumbers(test.database.pool)).toEqual(range(0, 11));
  });

  test('messages that Kafka removed unread stop their partition, until somebody decides', async () => {
    await using test = await consumingTest(subscriber, { partitions: 2 });
    await test.send(range(0, 10).map((n) => ({ n, partition: 0 })));
    const early = await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('all', async () => (await test.positions())[0] === 10);
    await early.stop();
    await test.send(range(10, 20).map((n) => ({ n, partition: 0 })));
    await removeBefore(test.topic, 0, 15);
    await test.send([{ n: 100, partition: 1 }]);

    const strict = await test.start({ handlers: [recordEffect(test.topic)] });
    const lost = () => strict.status().partitions.find(({ partition }) => partition === 0);
    await waitFor('word of it', () => lost()?.state === 'out-of-range');
    await waitFor('the other partition', async () => (await test.positions())[1] === 1);
    expect(test.problems).toEqual([
      expect.objectContaining({
        kind: 'position',
        partition: 0,
        error: expect.objectContaining({ code: 'POSITION_OUT_OF_RANGE' }),
      }),
    ]);
    expect(test.problems[0]?.error.message).toContain('stands at offset 10');
    expect((await test.positions())[0]).toBe(10);
    await strict.stop();

    await test.start({ outOfRange: 'earliest', handlers: [recordEffect(test.topic)] });
    await waitFor('the rest', async () => (await test.positions())[0] === 20);
    expect(await effectNumbers(test.database.pool)).toEqual([...range(0, 10), 100, ...range(15, 20)]);
  });
});
