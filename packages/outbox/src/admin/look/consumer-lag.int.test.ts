import { createTopic, testServers } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import type { KafkaAccess, KafkaSettings } from '../../cli/kafka/access.ts';
import { kafkajsAccess } from '../../cli/kafka/kafkajs.ts';
import { platformaticAccess } from '../../cli/kafka/platformatic.ts';
import { createProducer, removeBefore } from '../../testing/fixtures/kafka/clients.ts';
import { outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { createAdmin } from '../create-admin.ts';

jest.setTimeout(60_000);

const SETTINGS: KafkaSettings = { brokers: testServers().kafkaBrokers, tls: undefined, sasl: undefined };
const CLIENTS: readonly (readonly [string, () => KafkaAccess])[] = [
  ['kafkajs', () => kafkajsAccess(SETTINGS)],
  ['platformatic', () => platformaticAccess(SETTINGS)],
];

describe.each(CLIENTS)('the lag of consumers, through %s', (_, access) => {
  test('is what lies between their positions and the ends of their topics', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await createTopic('lag', { partitions: 3 });
    await using producer = await createProducer();
    for (const [partition, count] of [5, 7, 1].entries()) {
      await producer.send({
        topic,
        messages: Array.from({ length: count }, () => ({ partition, key: 'k', value: 'v' })),
      });
    }
    await removeBefore(topic, 1, 4);
    await database.pool.query(
      `INSERT INTO outbox.consumer_position (group_id, topic, partition, next_offset)
       VALUES ('billing', $1, 0, 2), ('billing', $1, 1, 3), ('billing', 'gone', 0, 1)`,
      [topic],
    );
    await database.pool.query(
      `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, attempts)
       VALUES ('billing', $1, 1, 'k', 'no', 3)`,
      [topic],
    );
    const admin = createAdmin(database.pool);
    const { topics } = access();
    const found = await admin.consumers.lag(topics);
    expect(found.map(({ groupId: _, movedAt: __, ...rest }) => rest)).toEqual([
      {
        topic: 'gone',
        partition: 0,
        position: '1',
        parkedKeys: 0,
        earliest: null,
        end: null,
        lag: null,
        outOfRange: null,
      },
      { topic, partition: 0, position: '2', parkedKeys: 0, earliest: '0', end: '5', lag: 3, outOfRange: false },
      { topic, partition: 1, position: '3', parkedKeys: 1, earliest: '4', end: '7', lag: 4, outOfRange: true },
      { topic, partition: 2, position: null, parkedKeys: 0, earliest: '0', end: '1', lag: null, outOfRange: null },
    ]);
    expect((await admin.status({ offsets: topics })).consumers).toMatchObject([
      { topic: 'gone', partitions: 1, lag: null, outOfRange: null },
      { topic, partitions: 2, lag: 7, outOfRange: 1 },
    ]);
    expect((await admin.status()).consumers).toMatchObject([{ lag: null }, { topic, lag: null, outOfRange: null }]);
  });
});
