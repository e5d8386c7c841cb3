import { Admin, ConfigResourceTypes, ListOffsetTimestamps } from '@platformatic/kafka';
import type { TopicDescription } from '../../admin/doctor/topics.ts';
import { platformaticSubscriber } from '../../platformatic/subscriber.ts';
import {
  ANSWER_WITHIN_MS,
  CLIENT_ID,
  CONNECT_WITHIN_MS,
  type KafkaAccess,
  type KafkaSettings,
  RETRIES,
} from './access.ts';
import { described } from './described.ts';

export function platformaticAccess({ brokers, tls, sasl }: KafkaSettings): KafkaAccess {
  const settings = {
    clientId: CLIENT_ID,
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined ? {} : { sasl }),
  };

  /** Does something with those of the topics that are there. */
  async function withTopics<T>(
    wanted: readonly string[],
    work: (admin: Admin, topics: string[]) => Promise<T[]>,
  ): Promise<T[]> {
    const admin = new Admin({
      ...settings,
      bootstrapBrokers: [...brokers],
      connectTimeout: CONNECT_WITHIN_MS,
      requestTimeout: ANSWER_WITHIN_MS,
      retries: RETRIES,
    });
    try {
      const there = new Set(await admin.listTopics());
      const topics = wanted.filter((topic) => there.has(topic));
      return topics.length === 0 ? [] : await work(admin, topics);
    } finally {
      await admin.close();
    }
  }

  return {
    subscriber: platformaticSubscriber({ ...settings, brokers }),
    topics: {
      describe: (wanted) =>
        withTopics(wanted, async (admin, topics) => {
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
        }),
      offsets: (wanted) =>
        withTopics(wanted, async (admin, topics) => {
          const metadata = await admin.metadata({ topics });
          const at = async (timestamp: bigint): Promise<Map<string, bigint>> => {
            const found = await admin.listOffsets({
              topics: topics.map((name) => ({
                name,
                partitions: Array.from({ length: metadata.topics.get(name)?.partitions.length ?? 0 }, (_, n) => ({
                  partitionIndex: n,
                  timestamp,
                })),
              })),
            });
            return new Map(
              found.flatMap(({ name, partitions }) =>
                partitions.map(({ partitionIndex, offset }) => [`${name}/${partitionIndex}`, offset] as const),
              ),
            );
          };
          const [earliest, latest] = [await at(ListOffsetTimestamps.EARLIEST), await at(ListOffsetTimestamps.LATEST)];
          return topics.flatMap((topic) =>
            Array.from({ length: metadata.topics.get(topic)?.partitions.length ?? 0 }, (_, partition) => ({
              topic,
              partition,
              earliest: earliest.get(`${topic}/${partition}`) ?? 0n,
              latest: latest.get(`${topic}/${partition}`) ?? 0n,
            })),
          );
        }),
    },
  };
}
