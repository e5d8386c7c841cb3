import { randomUUID } from 'node:crypto';
import { createDatabase, createTopic, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { createAdmin } from '../../admin/create-admin.ts';
import { migrate } from '../../migrate/migrate.ts';
import { createEffects, effectNumbers, recordEffect } from '../../testing/fixtures/consumer/effects.ts';
import { eventMessage } from '../../testing/fixtures/kafka/event-message.ts';
import { SUBSCRIBERS } from '../../testing/fixtures/kafka/subscribers.ts';
import { migrateTo } from '../../testing/fixtures/schema/migrate-to.ts';
import { createConsumer } from '../create-consumer.ts';

jest.setTimeout(60_000);

const [reading] = SUBSCRIBERS;
if (reading === undefined) throw new Error('there is no Kafka client');

test('what an earlier version parked, under keys without a digest, comes back in order after the upgrade', async () => {
  await using database = await createDatabase();
  const pool = new pg.Pool({ connectionString: database.url });
  try {
    await migrateTo(pool, 10);
    await createEffects(pool);
    const topic = await createTopic('upgraded', { partitions: 1 });
    await pool.query(
      `INSERT INTO outbox.consumer_position (group_id, topic, partition, next_offset, parked) VALUES ('g', $1, 0, 0, true)`,
      [topic],
    );
    await pool.query(
      `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, attempts)
       SELECT 'g', $1, 0, key, 'a bug', 10 FROM unnest('{a, b}'::bytea[]) AS key`,
      [topic],
    );
    for (const n of [3, 1, 4, 2]) {
      const key = n < 3 ? 'a' : 'b';
      const { headers } = eventMessage({ type: 'test.counted', key, data: {}, id: randomUUID() });
      await pool.query(
        `INSERT INTO outbox.consumer_parked_message (group_id, topic, partition, key, "offset", keyless, value, headers)
         VALUES ('g', $1, 0, $2, $3, false, $4, $5)`,
        [
          topic,
          Buffer.from(key),
          n,
          Buffer.from(JSON.stringify({ key, n })),
          JSON.stringify(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('base64')])),
        ],
      );
    }
    await migrate(pool);
    const { consumers } = createAdmin(pool);
    expect(await consumers.parked({ key: 'b' })).toMatchObject([{ key: 'b', messages: 2, firstOffset: '3' }]);
    expect(await consumers.discard({ groupId: 'g', topic, key: 'b', offset: '3' })).toHaveLength(1);
    expect(await consumers.redrive()).toHaveLength(2);
    await using consumer = createConsumer({
      db: pool,
      subscriber: reading.subscriber(),
      groupId: 'g',
      handlers: [recordEffect(topic)],
    });
    await consumer.start();
    await waitFor('all to be handled', async () => (await consumers.parked()).length === 0);
    expect((await effectNumbers(pool)).toSorted()).toEqual([1, 2, 4]);
    expect((await pool.query('SELECT parked FROM outbox.consumer_position')).rows).toEqual([{ parked: false }]);
  } finally {
    await pool.end();
  }
});
