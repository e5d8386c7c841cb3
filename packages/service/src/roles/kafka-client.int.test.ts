import { createTopic, testServers } from '@bezel/local/testing';
import { expect, test } from '@jest/globals';
import { kafkaClient } from './kafka-client.ts';

test.each(['kafkajs', 'platformatic'] as const)(
  'through %s what the publisher sends reaches the subscriber of the same client',
  async (client) => {
    const topic = await createTopic('client', { partitions: 1 });
    const kafka = await kafkaClient({ brokers: testServers().kafkaBrokers, client }, 'service-test');
    const publisher = kafka.publisher();
    const sent = await publisher.publish([{ topic, key: Buffer.from('k'), value: Buffer.from('v'), headers: [] }]);
    expect(sent).toEqual([{ ok: true }]);
    await publisher.close();

    const received = Promise.withResolvers<string>();
    const subscription = kafka.subscriber().subscribe({
      groupId: `client-${topic}`,
      topics: [topic],
      listener: {
        assigned: (partitions) => {
          for (const partition of partitions) {
            subscription.seek(partition, 0n);
          }
        },
        received: ({ messages }) => received.resolve(String(messages[0]?.value)),
        outOfRange: () => received.reject(new Error('out of range')),
        lost: received.reject,
      },
    });
    expect(await received.promise).toBe('v');
    await subscription.close();
  },
  30_000,
);
