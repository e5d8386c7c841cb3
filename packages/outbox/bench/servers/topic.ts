import { randomBytes } from 'node:crypto';
import { waitFor } from '@bezel/local/testing';
import kafkajs, { type Admin } from 'kafkajs';

/** A topic of one measurement's own. It is deleted when disposed of. */
export interface BenchTopic extends AsyncDisposable {
  readonly name: string;
}

/** All topics of a benchmark are alike. */
export const PARTITIONS = 12;

export async function createTopic({ brokers }: { readonly brokers: readonly string[] }): Promise<BenchTopic> {
  const name = `bench.${randomBytes(6).toString('hex')}`;
  await asAdmin(brokers, async (admin) => {
    await admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic: name, numPartitions: PARTITIONS, replicationFactor: 1 }],
    });
    await waitFor(`leaders of ${name}`, async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
      const known = topics[0]?.partitions ?? [];
      return known.length === PARTITIONS && known.every(({ leader }) => leader >= 0);
    });
  });
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

async function asAdmin<T>(brokers: readonly string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const kafka = new kafkajs.Kafka({
    clientId: 'bench-admin',
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
