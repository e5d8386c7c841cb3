import { randomBytes } from 'node:crypto';
import { waitFor } from '@bezel/local/testing';
import kafkajs, { type Admin } from 'kafkajs';

/** A topic of one measurement's own. It is deleted when disposed of. */
export interface BenchTopic extends AsyncDisposable {
  readonly name: string;
}

/** All topics of a benchmark are alike. */
export const PARTITIONS = 12;

/**
 * Its leaders are at work: that they are known is not enough, for a leader refuses requests for a moment after it was
 * named, and not everybody who is measured tries again.
 *
 * `config`: what it does not have in common with the others.
 */
export async function createTopic(
  { brokers }: { readonly brokers: readonly string[] },
  config: Readonly<Record<string, string>> = {},
): Promise<BenchTopic> {
  const name = `bench.${randomBytes(6).toString('hex')}`;
  const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }));
  await asAdmin(brokers, async (admin) => {
    await admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic: name, numPartitions: PARTITIONS, replicationFactor: 1, configEntries }],
    });
  });
  // Each look is on a connection of its own: an admin keeps what it knows of a topic.
  await waitFor(`leaders of ${name} at work`, () =>
    asAdmin(brokers, (admin) => admin.fetchTopicOffsets(name)).then(
      (offsets) => offsets.length === PARTITIONS,
      () => false,
    ),
  );
  return {
    name,
    [Symbol.asyncDispose]: () => asAdmin(brokers, (admin) => admin.deleteTopics({ topics: [name] })),
  };
}

/** How many messages a topic holds. */
export const countMessages = (brokers: readonly string[], topic: string): Promise<number> =>
  asAdmin(brokers, async (admin) => {
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  });

/** A record as a topic holds it. */
export interface TopicRecord {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  /** When it was made, or appended if the topic says so: milliseconds since 1970. */
  readonly timestamp: number;
}

/** Reads all that a topic holds, in the order of each partition. */
export async function readTopic(
  brokers: readonly string[],
  topic: string,
  onRecord: (record: TopicRecord) => void,
): Promise<void> {
  let left = await countMessages(brokers, topic);
  if (left === 0) return;
  const all = Promise.withResolvers<void>();
  const consumer = kafkaOf(brokers).consumer({ groupId: `bench-${randomBytes(6).toString('hex')}` });
  // It begins again by itself after an error that passes, such as that of a broker which has just come up.
  consumer.on('consumer.crash', ({ payload }) => {
    if (!payload.restart) all.reject(payload.error);
  });
  const next = new Map<number, number>();
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      async eachBatch({ batch: { partition, messages } }) {
        for (const { offset, key, headers = {}, timestamp } of messages) {
          if (Number(offset) < (next.get(partition) ?? 0)) continue;
          next.set(partition, Number(offset) + 1);
          onRecord({
            key: String(key),
            headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
            timestamp: Number(timestamp),
          });
          left -= 1;
        }
        if (left === 0) all.resolve();
      },
    });
    await all.promise;
  } finally {
    await consumer.disconnect();
  }
}

async function asAdmin<T>(brokers: readonly string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkaOf(brokers).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

const kafkaOf = (brokers: readonly string[]): kafkajs.Kafka =>
  new kafkajs.Kafka({ clientId: 'bench-admin', brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
