import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import type { OffsetRange } from '../subscriber/index.ts';
import { atMost } from '../subscriber/keep-connected.ts';
import type { TopicSizes } from '../subscriber/topics.ts';

const { KafkaJSProtocolError } = kafkajs;

const CLOSE_WITHIN_MS = 3_000;

async function asking<T>(kafka: Kafka, ask: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await ask(admin);
  } finally {
    await atMost(CLOSE_WITHIN_MS, admin.disconnect());
  }
}

/** The readable range of every partition of the topic. */
export const offsetsOf = (kafka: Kafka, topic: string): Promise<ReadonlyMap<number, OffsetRange>> =>
  asking(kafka, (admin) => rangesOf(admin, topic));

/** The same, by a connection that is there already. */
export async function rangesOf(admin: Admin, topic: string): Promise<ReadonlyMap<number, OffsetRange>> {
  const ranges = await admin.fetchTopicOffsets(topic);
  return new Map(
    ranges.map(({ partition, low, high }) => [partition, { earliest: BigInt(low), latest: BigInt(high) }]),
  );
}

/** Those of the topics that exist, with their partitions. */
export function sizesOf(kafka: Kafka, topics: readonly string[]): Promise<TopicSizes> {
  return asking(kafka, async (admin) => {
    const sizes = new Map<string, number>();
    // One that does not exist fails the whole request, and is not named.
    for (const topic of topics) {
      try {
        const { topics: found } = await admin.fetchTopicMetadata({ topics: [topic] });
        sizes.set(topic, found[0]?.partitions.length ?? 0);
      } catch (error) {
        if (!(error instanceof KafkaJSProtocolError) || error.type !== 'UNKNOWN_TOPIC_OR_PARTITION') {
          throw error;
        }
      }
    }
    return sizes;
  });
}
