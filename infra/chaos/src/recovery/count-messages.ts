import { Kafka, logLevel } from 'kafkajs';
import { TOPICS, WRITERS } from '../faults/messages/topics.ts';
import type { System } from '../system/system.ts';

/** How many messages an outbox has written for a topic, and how many the topic was told, since ever. */
export interface MessageCount {
  readonly topic: string;
  readonly written: number;
  readonly told: number;
}

export async function countMessages({ brokers, databases }: System): Promise<readonly MessageCount[]> {
  const admin = new Kafka({ clientId: 'bezel-chaos', brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await Promise.all(
      WRITERS.map(async (writer) => {
        const topic = TOPICS[writer];
        const { rows } = await databases[writer].query<{ count: number }>(
          'SELECT count(*)::int AS count FROM outbox.message WHERE topic = $1',
          [topic],
        );
        const offsets = await admin.fetchTopicOffsets(topic);
        const told = offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
        return { topic, written: rows[0]?.count ?? 0, told };
      }),
    );
  } finally {
    await admin.disconnect();
  }
}

/** What came since. */
export const added = (before: readonly MessageCount[], now: readonly MessageCount[]): readonly MessageCount[] =>
  now.map(({ topic, written, told }) => {
    const was = before.find((count) => count.topic === topic);
    return { topic, written: written - (was?.written ?? 0), told: told - (was?.told ?? 0) };
  });
