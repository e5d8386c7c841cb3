import { randomUUID } from 'node:crypto';
import { testServers } from '@bezel/local/testing';
import kafkajs, { type Admin, type Message, type Producer } from 'kafkajs';
import { type KafkajsSubscriberOptions, kafkajsSubscriber } from '../src/kafkajs/subscriber.ts';
import { platformaticSubscriber } from '../src/platformatic/subscriber.ts';
import type { Subscriber } from '../src/subscriber/index.ts';

type Timing = Omit<KafkajsSubscriberOptions, 'brokers' | 'clientId' | 'ssl' | 'sasl'>;

/** Both clients, set so that rebalances and failures show within a test's patience. */
export const SUBSCRIBERS: readonly { readonly client: string; readonly subscriber: (timing?: Timing) => Subscriber }[] =
  [
    { client: 'kafkajs', subscriber: (timing) => kafkajsSubscriber({ ...shared(), ...timing }) },
    { client: 'platformatic', subscriber: (timing) => platformaticSubscriber({ ...shared(), ...timing }) },
  ];

const shared = () => ({
  brokers: testServers().kafkaBrokers,
  clientId: 'test',
  sessionTimeoutMs: 6_000,
  heartbeatIntervalMs: 200,
  maxWaitMs: 50,
});

export const testKafka = () =>
  new kafkajs.Kafka({ clientId: 'test', brokers: [...testServers().kafkaBrokers], logLevel: kafkajs.logLevel.NOTHING });

/** A producer of raw messages, with no outbox in between. */
export async function createProducer(): Promise<Producer & AsyncDisposable> {
  const producer = testKafka().producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  return Object.assign(producer, { [Symbol.asyncDispose]: () => producer.disconnect() });
}

export async function createAdmin(): Promise<Admin & AsyncDisposable> {
  const admin = testKafka().admin();
  await admin.connect();
  return Object.assign(admin, { [Symbol.asyncDispose]: () => admin.disconnect() });
}

/** Has Kafka remove the messages before the offset, as retention would. */
export async function removeBefore(topic: string, partition: number, offset: number): Promise<void> {
  await using admin = await createAdmin();
  // kafkajs finds the leader only in metadata it has loaded before.
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
}

/** An event as the relay publishes it. */
export function eventMessage(event: {
  type: string;
  key: string;
  data: unknown;
  id?: string;
  time?: string;
  partition?: number;
  headers?: Record<string, string>;
}): Message & { headers: Record<string, string> } {
  return {
    key: event.key,
    value: typeof event.data === 'string' ? event.data : JSON.stringify(event.data),
    headers: {
      ce_specversion: '1.0',
      ce_id: event.id ?? randomUUID(),
      ce_type: event.type,
      ce_source: '/test',
      ce_time: event.time ?? new Date().toISOString(),
      'content-type': 'application/json',
      ...event.headers,
    },
    ...(event.partition === undefined ? {} : { partition: event.partition }),
  };
}
