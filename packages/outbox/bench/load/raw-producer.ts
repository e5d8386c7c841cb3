import { ProduceAcks, Producer } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { partitionOf, placeOf } from '../../src/publisher/murmur2.ts';
import type { OutgoingMessage } from '../../src/publisher/publisher.ts';
import type { Client } from './client.ts';

/** A client's own producer with the settings of this library's publisher: idempotent, acks all, one send in flight. */
export interface RawProducer {
  /** Brings records into the client's form; the answer sends them, and settles when all are acknowledged. */
  prepare(records: readonly OutgoingMessage[]): () => Promise<unknown>;
  close(): Promise<void>;
}

interface RawTarget {
  readonly client: Client;
  readonly brokers: readonly string[];
}

/** Connects with the first send, as the relay's publishers do. */
export const rawProducer = ({ client, brokers }: RawTarget): RawProducer =>
  client === 'kafkajs' ? rawKafkajs(brokers) : rawPlatformatic(brokers);

function rawKafkajs(brokers: readonly string[]): RawProducer {
  const kafka = new kafkajs.Kafka({
    clientId: 'bench-raw',
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
  });
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message, partitionMetadata }) =>
        partitionOf(message.key as Buffer, partitionMetadata.length),
  });
  let connected: Promise<void> | undefined;
  return {
    prepare(records) {
      const messages = records.map(({ key, value, headers }) => ({ key, value, headers: Object.fromEntries(headers) }));
      const topicMessages = [{ topic: records[0]?.topic ?? '', messages }];
      return async () => {
        connected ??= producer.connect();
        await connected;
        await producer.sendBatch({ acks: -1, topicMessages });
      };
    },
    close: () => producer.disconnect(),
  };
}

function rawPlatformatic(brokers: readonly string[]): RawProducer {
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
    clientId: 'bench-raw',
    bootstrapBrokers: [...brokers],
    idempotent: true,
    acks: ProduceAcks.ALL,
    retries: 2,
    requestTimeout: 10_000,
    timeout: 9_000,
    metadataMaxAge: 60_000,
    autocreateTopics: false,
    partitioner: (_, key) => placeOf(key as Buffer),
  });
  return {
    prepare(records) {
      const messages = records.map(({ topic, key, value, headers }) => ({
        ...{ topic, key, value },
        headers: new Map(headers.map(([name, bytes]) => [Buffer.from(name), bytes] as const)),
      }));
      return () => producer.send({ acks: ProduceAcks.ALL, messages });
    },
    close: () => producer.close(),
  };
}
