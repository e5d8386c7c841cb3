import kafkajs, { type Admin, type SASLOptions } from 'kafkajs';
import type { TopicDescription } from '../../admin/doctor/topics.ts';
import { kafkajsSubscriber } from '../../kafkajs/subscriber.ts';
import { rangesOf } from '../../kafkajs/topics.ts';
import {
  ANSWER_WITHIN_MS,
  CLIENT_ID,
  CONNECT_WITHIN_MS,
  type KafkaAccess,
  type KafkaSettings,
  RETRIES,
} from './access.ts';
import { described } from './described.ts';

export function kafkajsAccess({ brokers, tls, sasl }: KafkaSettings): KafkaAccess {
  const settings = {
    clientId: CLIENT_ID,
    brokers: [...brokers],
    ...(tls === undefined ? {} : { ssl: tls }),
    ...(sasl === undefined ? {} : { sasl: { ...sasl, mechanism: sasl.mechanism.toLowerCase() } as SASLOptions }),
  };

  /** Does something with those of the topics that are there. */
  async function withTopics<T>(
    wanted: readonly string[],
    work: (admin: Admin, topics: string[]) => Promise<T[]>,
  ): Promise<T[]> {
    const admin = new kafkajs.Kafka({
      ...settings,
      logLevel: kafkajs.logLevel.NOTHING,
      connectionTimeout: CONNECT_WITHIN_MS,
      requestTimeout: ANSWER_WITHIN_MS,
      retry: { retries: RETRIES },
    }).admin();
    await admin.connect();
    try {
      const there = new Set(await admin.listTopics());
      const topics = wanted.filter((topic) => there.has(topic));
      return topics.length === 0 ? [] : await work(admin, topics);
    } finally {
      await admin.disconnect();
    }
  }

  return {
    subscriber: kafkajsSubscriber(settings),
    topics: {
      describe: (wanted) =>
        withTopics(wanted, async (admin, topics) => {
          const { topics: found } = await admin.fetchTopicMetadata({ topics });
          const { resources } = await admin.describeConfigs({
            includeSynonyms: false,
            resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
          });
          return found.map(({ name, partitions }): TopicDescription => {
            const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
            return described(name, partitions, new Map(entries.map((entry) => [entry.configName, entry.configValue])));
          });
        }),
      offsets: (wanted) =>
        withTopics(wanted, async (admin, topics) => {
          const found = await Promise.all(
            topics.map(async (topic) =>
              [...(await rangesOf(admin, topic))].map(([partition, range]) => ({ topic, partition, ...range })),
            ),
          );
          return found.flat();
        }),
    },
  };
}
