import kafkajs, { type SASLOptions } from 'kafkajs';
import type { TopicDescription } from '../../admin/doctor/topics.ts';
import { kafkajsSubscriber } from '../../kafkajs/subscriber.ts';
import { CLIENT_ID, type KafkaAccess, type KafkaSettings } from './access.ts';
import { described } from './described.ts';

export function kafkajsAccess({ brokers, tls, sasl }: KafkaSettings): KafkaAccess {
  const settings = {
    clientId: CLIENT_ID,
    brokers: [...brokers],
    ...(tls ? { ssl: true } : {}),
    ...(sasl === undefined ? {} : { sasl: { ...sasl, mechanism: sasl.mechanism.toLowerCase() } as SASLOptions }),
  };
  return {
    subscriber: kafkajsSubscriber(settings),
    topics: {
      async describe(wanted) {
        const admin = new kafkajs.Kafka({ ...settings, logLevel: kafkajs.logLevel.NOTHING }).admin();
        await admin.connect();
        try {
          const there = new Set(await admin.listTopics());
          const topics = wanted.filter((topic) => there.has(topic));
          if (topics.length === 0) return [];
          const { topics: found } = await admin.fetchTopicMetadata({ topics });
          const { resources } = await admin.describeConfigs({
            includeSynonyms: false,
            resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
          });
          return found.map(({ name, partitions }): TopicDescription => {
            const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
            return described(name, partitions, new Map(entries.map((entry) => [entry.configName, entry.configValue])));
          });
        } finally {
          await admin.disconnect();
        }
      },
    },
  };
}
