import { randomBytes } from 'node:crypto';
import { waitFor } from '../wait-for.ts';
import { testServers } from './servers.ts';

/** Creates a topic of one test's own and returns its name. Topics are left to the broker, which goes with the run. */
export async function createTopic(
  prefix: string,
  { partitions = 12, config = {} }: { partitions?: number; config?: Record<string, string> } = {},
): Promise<string> {
  const { Kafka, logLevel } = await import('kafkajs'); // a process that a test starts may use another client
  const topic = `${prefix}.${randomBytes(6).toString('hex')}`;
  const admin = new Kafka({
    clientId: 'test-topics',
    brokers: [...testServers().kafkaBrokers],
    logLevel: logLevel.NOTHING,
  }).admin();
  await admin.connect();
  try {
    await admin.createTopics({
      waitForLeaders: false, // kafkajs gives up when the broker's metadata does not name the topic at once
      topics: [
        {
          topic,
          numPartitions: partitions,
          replicationFactor: 1,
          configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
        },
      ],
    });
    await waitFor(`leaders of ${topic}`, async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      const known = topics[0]?.partitions ?? [];
      return known.length === partitions && known.every(({ leader }) => leader >= 0);
    });
    // A broker is named as the leader before it knows that it leads; asking for offsets asks the leaders themselves.
    await waitFor(`${topic} to be led`, async () => (await admin.fetchTopicOffsets(topic)).length === partitions);
  } finally {
    await admin.disconnect();
  }
  return topic;
}
