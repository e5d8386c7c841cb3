import { Admin, ConfigResourceTypes } from '@platformatic/kafka';
import type { TopicDescription } from '../../admin/doctor/topics.ts';
import { platformaticSubscriber } from '../../platformatic/subscriber.ts';
import { CLIENT_ID, type KafkaAccess, type KafkaSettings } from './access.ts';
import { described } from './described.ts';

export function platformaticAccess({ brokers, tls, sasl }: KafkaSettings): KafkaAccess {
  const settings = {
    clientId: CLIENT_ID,
    ...(tls ? { tls: {} } : {}),
    ...(sasl === undefined ? {} : { sasl }),
  };
  return {
    subscriber: platformaticSubscriber({ ...settings, brokers }),
    topics: {
      async describe(wanted) {
        const admin = new Admin({ ...settings, bootstrapBrokers: [...brokers], requestTimeout: 10_000 });
        try {
          const there = new Set(await admin.listTopics());
          const topics = wanted.filter((topic) => there.has(topic));
          if (topics.length === 0) return [];
          const metadata = await admin.metadata({ topics });
          const configs = await admin.describeConfigs({
            resources: topics.map((name) => ({ resourceType: ConfigResourceTypes.TOPIC, resourceName: name })),
          });
          return topics.map((name): TopicDescription => {
            const entries = configs.find(({ resourceName }) => resourceName === name)?.configs ?? [];
            return described(
              name,
              metadata.topics.get(name)?.partitions ?? [],
              new Map(entries.map((entry) => [entry.name, entry.value ?? ''])),
            );
          });
        } finally {
          await admin.close();
        }
      },
    },
  };
}
