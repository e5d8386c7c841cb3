import { randomUUID } from 'node:crypto';
import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { consumingTest, range } from '../testing/fixtures/consumer/consuming.ts';
import { counted, effectNumbers, effects, recordEffect } from '../testing/fixtures/consumer/effects.ts';
import { createAdmin, createProducer, testKafka } from '../testing/fixtures/kafka/clients.ts';
import { eventMessage } from '../testing/fixtures/kafka/event-message.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';
import { createOutbox } from '../writer/create-outbox.ts';
import { on, type ReceivedEvent } from './on.ts';

jest.setTimeout(60_000);

describe.each(SUBSCRIBERS)('a consumer on $client', ({ subscriber }) => {
  test('handles every event once, in the order of its key, and moves its positions', async () => {
    await using test = await consumingTest(subscriber, { partitions: 3 });
    await test.send(range(0, 300).map((n) => ({ n, key: `k${n % 7}` })));
    await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('all effects', async () => (await effects(test.database.pool)).length >= 300);

    const done = await effects(test.database.pool);
    expect(new Set(done.map(({ id }) => id)).size).toBe(300);
    expect(done).toHaveLength(300);
    for (const key of range(0, 7).map((k) => `k${k}`)) {
      expect(done.filter((effect) => effect.key === key).map(({ n }) => n)).toEqual(
        range(0, 300).filter((n) => `k${n % 7}` === key),
      );
    }
    expect(Object.values(await test.positions()).reduce((sum, next) => sum + next, 0)).toBe(300);
  });

  test('a handler receives the whole event', async () => {
    await using test = await consumingTest(subscriber);
    const received: ReceivedEvent[] = [];
    const id = randomUUID();
    await test.send([
      { n: 1, key: 'a', id, time: '2026-11-21T03:14:15.926535Z', headers: { ce_sequence: '9', tenant: 'acme' } },
    ]);
    await test.start({
      handlers: [on(counted(test.topic), (event) => void received.push(event))],
    });
    await waitFor('the event', () => received.length > 0);
    expect(received).toEqual([
      {
        id,
        type: 'test.counted',
        writtenAs: 'test.counted',
        source: '/test',
        time: '2026-11-21T03:14:15.926535Z',
        sequence: '9',
        topic: test.topic,
        key: 'a',
        partition: 0,
        offset: '0',
        data: { key: 'a', n: 1 },
        headers: { tenant: 'acme', 'content-type': 'application/json' },
      },
    ]);
  });

  test('stands at the end, and says so, when only the marker of a transaction is left to read', async () => {
    await using test = await consumingTest(subscriber);
    const producer = testKafka().producer({ transactionalId: randomUUID(), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({
      topic: test.topic,
      messages: [eventMessage({ type: 'test.counted', key: 'k', data: { key: 'k', n: 0 } })],
    });
    await transaction.commit();
    await producer.disconnect();
    const consumer = await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('no lag', () => consumer.status().partitions[0]?.lag === 0);
    expect(await effectNumbers(test.database.pool)).toEqual([0]);
    await waitFor('the position behind the marker', async () => (await test.positions())[0] === 2);
    await using admin = await createAdmin();
    const committed = async () => (await admin.fetchOffsets({ groupId: test.groupId, topics: [test.topic] }))[0];
    await waitFor('word to Kafka', async () => (await committed())?.partitions[0]?.offset === '2');

    await test.send([{ n: 1 }]);
    await waitFor('what follows', async () => (await test.positions())[0] === 3);
    expect(await effectNumbers(test.database.pool)).toEqual([0, 1]);
  });

  test('copies of a message have no second effect: within a batch, later, after a restart, and after midnight', async () => {
    await using test = await consumingTest(subscriber, { partitions: 2 });
    const copies = [
      // The last microsecond of a day, and the first of the next: a copy is the same however late it comes.
      { n: 0, id: randomUUID(), time: '2026-11-20T23:59:59.999999Z' },
      { n: 1, id: randomUUID(), time: '2026-11-21T00:00:00.000000Z' },
      { n: 2, id: randomUUID(), time: '2026-11-21T01:00:00+01:00' },
      { n: 3, id: randomUUID(), time: '1969-12-31T23:59:59Z' },
      { n: 4, id: randomUUID(), time: '9999-12-31T23:59:59.5Z' },
    ].map((message) => ({ ...message, partition: 0 }));
    await test.send([...copies, ...copies]);
    const first = await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('the first batch', async () => (await test.positions())[0] === 10);
    await test.send([...copies.toReversed(), { n: 5, partition: 0 }]);
    await waitFor('the second', async () => (await test.positions())[0] === 16);
    await first.stop();
    // Another partition: the key may have moved there when the topic got more of them.
    await test.send([...copies.map((copy) => ({ ...copy, partition: 1 })), { n: 6, partition: 1 }]);
    await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('the other partition', async () => (await test.positions())[1] === 6);
    expect(await effectNumbers(test.database.pool)).toEqual(range(0, 7));
  });

  test('each group sees every event once', async () => {
    await using test = await consumingTest(subscriber);
    await test.send(range(0, 20).map((n) => ({ n })));
    await test.start({ handlers: [recordEffect(test.topic, { worker: 'one' })] });
    await test.start({ groupId: randomUUID(), handlers: [recordEffect(test.topic, { worker: 'two' })] });
    await waitFor('both', async () => (await effects(test.database.pool)).length >= 40);
    const done = await effects(test.database.pool);
    for (const worker of ['one', 'two']) {
      expect(done.filter((effect) => effect.worker === worker).map(({ n }) => n)).toEqual(range(0, 20));
    }
  });

  test('passes over events of other types and messages of others, and remembers nothing of them', async () => {
    await using test = await consumingTest(subscriber);
    await using producer = await createProducer();
    await test.send([{ n: 1 }]);
    await producer.send({
      topic: test.topic,
      messages: [{ value: 'not even JSON' }, { value: null, headers: { 'x-id': '1' } }],
    });
    await test.send([{ n: 2, headers: { ce_type: 'test.other' } }, { n: 3 }]);
    await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('the end', async () => (await test.positions())[0] === 5);
    expect(await effectNumbers(test.database.pool)).toEqual([1, 3]);
    expect((await test.database.pool.query('SELECT count(*)::int AS remembered FROM outbox.inbox')).rows).toEqual([
      { remembered: 2 },
    ]);
  });

  test('with unknownEvents "fail" it stands at the first one, until a handler for it is deployed', async () => {
    await using test = await consumingTest(subscriber);
    await test.send([{ n: 1 }, { n: 2, headers: { ce_type: 'test.other' } }, { n: 3 }]);
    const old = await test.start({ unknownEvents: 'fail', handlers: [recordEffect(test.topic)] });
    await waitFor('a second try', () => (old.status().partitions[0]?.failing?.attempts ?? 0) >= 2);
    expect(old.status().partitions).toEqual([
      expect.objectContaining({
        state: 'failing',
        position: '1',
        failing: expect.objectContaining({ offset: '1', type: 'test.other', key: 'k' }),
      }),
    ]);
    expect(test.problems).toContainEqual(
      expect.objectContaining({
        kind: 'message',
        offset: '1',
        error: expect.objectContaining({ code: 'EVENT_UNKNOWN' }),
      }),
    );
    expect(await effectNumbers(test.database.pool)).toEqual([1]);
    await old.stop();
    const other = { ...recordEffect(test.topic), type: 'test.other' };
    await test.start({ unknownEvents: 'fail', handlers: [recordEffect(test.topic), other] });
    await waitFor('the rest', async () => (await test.positions())[0] === 3);
    expect(await effectNumbers(test.database.pool)).toEqual([1, 2, 3]);
  });

  test('what a handler writes to the outbox commits with its effect, or not at all', async () => {
    await using test = await consumingTest(subscriber);
    const outbox = createOutbox({ source: '/test' });
    const Followed = counted('elsewhere');
    let tries = 0;
    await test.send([{ n: 1 }]);
    await test.start({
      handlers: [
        recordEffect(test.topic, {
          before: async (n, { tx }) => {
            await outbox.write(tx, Followed, { key: 'f', n });
            tries += 1;
            if (tries < 3) {
              throw new Error('after the write');
            }
          },
        }),
      ],
    });
    await waitFor('success', async () => (await test.positions())[0] === 1);
    const { rows } = await test.database.pool.query('SELECT topic, key FROM outbox.message');
    expect(rows).toEqual([{ topic: 'elsewhere', key: 'f' }]);
    expect(tries).toBe(3);
  });

  test('on an empty topic it is well, and its status says so', async () => {
    await using test = await consumingTest(subscriber);
    const consumer = await test.start({ handlers: [recordEffect(test.topic)] });
    await waitFor('the lane', () => consumer.status().partitions[0]?.state === 'flowing');
    expect(consumer.status()).toEqual({
      state: 'running',
      joined: true,
      trouble: null,
      partitions: [
        {
          topic: test.topic,
          partition: 0,
          state: 'flowing',
          position: '0',
          lag: null,
          buffered: 0,
          parkedKeys: 0,
          failing: null,
        },
      ],
    });
    expect(() => JSON.stringify(consumer.status())).not.toThrow();
    expect(test.problems).toEqual([]);
  });
});
