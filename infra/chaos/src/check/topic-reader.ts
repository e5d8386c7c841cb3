import { randomUUID } from 'node:crypto';
import { type EachBatchPayload, Kafka, logLevel } from 'kafkajs';
import type { Told } from './evidence.ts';

/** The header of what fault machinery publishes itself: no relay told it, and the checker passes over it. */
export const BY_FAULT_MACHINERY = 'bezel-chaos';

/** Longer than a broker needs that was started again. */
const LONGEST_MS = 120_000;

/** Reads every topic of a broker, each message once, however often it is asked. */
export class TopicReader {
  readonly #kafka: Kafka;
  /** By topic and partition: the next offset to read. */
  readonly #next = new Map<string, number>();
  readonly #told: Told[] = [];

  constructor(brokers: readonly string[]) {
    this.#kafka = new Kafka({ clientId: 'bezel-chaos', brokers: [...brokers], logLevel: logLevel.NOTHING });
  }

  /** All that relays told, up to where each partition ended when this was called. Not to be called twice at once. */
  async told(): Promise<readonly Told[]> {
    const ends = await this.#ends();
    if (!this.#isAt(ends)) await this.#readTo(ends);
    return this.#told;
  }

  async #ends(): Promise<Ends> {
    const admin = this.#kafka.admin();
    await admin.connect();
    try {
      const topics = (await admin.listTopics()).filter((topic) => !topic.startsWith('__'));
      const offsets = topics.map(async (topic) => [topic, await admin.fetchTopicOffsets(topic)] as const);
      return new Map(
        (await Promise.all(offsets)).map(([topic, partitions]) => [
          topic,
          new Map(partitions.map(({ partition, low, high }) => [partition, high === low ? 0 : Number(high)])),
        ]),
      );
    } finally {
      await admin.disconnect();
    }
  }

  #isAt(ends: Ends): boolean {
    return [...ends].every(([topic, partitions]) =>
      [...partitions].every(([partition, end]) => (this.#next.get(placeOf(topic, partition)) ?? 0) >= end),
    );
  }

  async #readTo(ends: Ends): Promise<void> {
    const consumer = this.#kafka.consumer({ groupId: `bezel-chaos-${randomUUID()}` });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    consumer.on('consumer.crash', ({ payload }) => {
      if (!payload.restart) reject(payload.error);
    });
    const tooLong = setTimeout(() => reject(new Error('the topics cannot be read to their ends')), LONGEST_MS);
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...ends.keys()], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatch: async (payload) => {
          this.#take(payload);
          if (this.#isAt(ends)) resolve();
        },
      });
      for (const [topic, partitions] of ends) {
        for (const partition of partitions.keys()) {
          const offset = this.#next.get(placeOf(topic, partition));
          if (offset !== undefined) consumer.seek({ topic, partition, offset: String(offset) });
        }
      }
      await promise;
    } finally {
      clearTimeout(tooLong);
      await consumer.disconnect();
    }
  }

  #take({ batch: { topic, partition, messages } }: EachBatchPayload): void {
    const place = placeOf(topic, partition);
    for (const { offset: text, key, headers = {} } of messages) {
      const offset = Number(text);
      if (offset < (this.#next.get(place) ?? 0)) continue;
      this.#next.set(place, offset + 1);
      const id = headers['ce_id']?.toString();
      if (id === undefined || BY_FAULT_MACHINERY in headers) continue;
      this.#told.push({ id, orderId: key?.toString() ?? '', topic, partition, offset });
    }
  }
}

/** By topic and partition: the offset after the last message; 0 where there is none. */
type Ends = ReadonlyMap<string, ReadonlyMap<number, number>>;

const placeOf = (topic: string, partition: number): string => `${topic}/${partition}`;
