import { randomUUID } from 'node:crypto';
import { createTopic, waitFor } from '@bezel/local/testing';
import { describe, expect, test } from '@jest/globals';
import { counted, createConsumerDatabase, createPool, effects } from '../../test/consumer.ts';
import { createProducer, eventMessage, SUBSCRIBERS } from '../../test/kafka.ts';
import { createConsumer } from './create-consumer.ts';
import { on } from './on.ts';

describe.each(SUBSCRIBERS)('a consumer on $client', ({ subscriber }) => {
  test('handles every event once, in the order of its partition, and moves its position', async () => {
    await using database = await createConsumerDatabase();
    await using pool = createPool(database.url);
    const topic = await createTopic('orders', { partitions: 3 });
    const Counted = counted(topic);
    await using producer = await createProducer();
    await producer.send({
      topic,
      messages: Array.from({ length: 300 }, (_, n) =>
        eventMessage({ type: Counted.type, key: `k${n % 7}`, data: { key: `k${n % 7}`, n } }),
      ),
    });

    await using consumer = createConsumer({
      db: pool,
      subscriber: subscriber(),
      groupId: randomUUID(),
      handlers: [
        on(Counted, async (event, { tx }) => {
          await tx.query('INSERT INTO effect (id, key, n) VALUES ($1, $2, $3)', [event.id, event.key, event.data.n]);
        }),
      ],
    });
    await consumer.start();
    await waitFor('all effects', async () => (await effects(pool)).length >= 300);

    const done = await effects(pool);
    expect(new Set(done.map(({ id }) => id)).size).toBe(300);
    expect(done).toHaveLength(300);
    for (const key of new Set(done.map((effect) => effect.key))) {
      const order = done.filter((effect) => effect.key === key).map(({ n }) => n);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
    const { rows } = await pool.query('SELECT sum(next_offset)::int AS handled FROM outbox.consumer_position');
    expect(rows).toEqual([{ handled: 300 }]);
  });
});
