import { Kafka, logLevel } from 'kafkajs';

/** The topics of `docs/architecture.md`; order per key holds as long as the number of partitions stands. */
const TOPICS = ['shop.orders', 'mes.work-orders', 'crm.partners'] as const;
const PARTITIONS = 12;

/** A topic exists with another number of partitions than it must have. */
export class TopicPartitionsError extends Error {
  readonly code = 'TOPIC_PARTITIONS';

  constructor(topic: string, partitions: number) {
    super(`topic ${topic} has ${partitions} partitions instead of ${PARTITIONS}: keys would change their partition`);
    this.name = 'TopicPartitionsError';
  }
}

/** Creates the topics that are missing. Messages are kept for ever: the stack's databases keep what they tell, too. */
export async function provideTopics(brokers: readonly string[]): Promise<void> {
  const admin = new Kafka({
    clientId: 'bezel-topics',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 200, retries: 10 },
  }).admin();
  await admin.connect();
  try {
    await admin.createTopics({
      waitForLeaders: true,
      topics: TOPICS.map((topic) => ({
        topic,
        numPartitions: PARTITIONS,
        replicationFactor: -1,
        configEntries: [{ name: 'retention.ms', value: '-1' }],
      })),
    });
    const { topics } = await admin.fetchTopicMetadata({ topics: [...TOPICS] });
    for (const { name, partitions } of topics) {
      if (partitions.length !== PARTITIONS) {
        throw new TopicPartitionsError(name, partitions.length);
      }
    }
  } finally {
    await admin.disconnect();
  }
}
