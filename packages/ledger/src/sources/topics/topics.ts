import { Consumer } from '@platformatic/kafka';
import type { Batches } from '../batches.ts';
import { SourceUnavailableError } from '../connection.ts';

/** How far each partition of each topic goes, or where to begin: `offsets.get('shop.orders')?.[3]`. */
export type TopicOffsets = ReadonlyMap<string, readonly bigint[]>;

/** A message as it lies on a topic. */
export interface TopicMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string;
  /** Header name to value; a repeated name keeps its last value. */
  readonly headers: ReadonlyMap<string, string>;
  readonly value: Buffer;
  /** Milliseconds since 1970, by the producer's or the broker's clock, as the topic is set. */
  readonly at: number;
}

/** A part of topics. */
export interface TopicRange {
  /** When absent, from the oldest message kept. */
  readonly from?: TopicOffsets | undefined;
  readonly to: TopicOffsets;
}

/** Reads topics without joining a consumer group: nothing is assigned, committed or left behind on the broker. */
export interface TopicReader extends AsyncDisposable {
  /** Where each partition ends now: the offset its next message will have. */
  ends(topics: readonly string[]): Promise<TopicOffsets>;
  /** Where each partition is at a moment (milliseconds since 1970): its first message of that time or later, else its end. */
  at(topics: readonly string[], moment: number): Promise<TopicOffsets>;
  /** Every message from `from` (else from the oldest kept) up to, not including, `to`. In order within a partition. */
  read(range: TopicRange): Batches<TopicMessage>;
}

const LATEST = -1n;
const EARLIEST = -2n;
const BYTES_A_FETCH = 4 * 1024 * 1024;
const BYTES_A_PARTITION = 1024 * 1024;
const IS_CONTROL = 0b10_0000;

/** Opens a reader on a Kafka cluster. Nothing is connected before the first question. */
export function openTopics(brokers: readonly string[]): TopicReader {
  const client = new Consumer<Buffer, Buffer, Buffer, Buffer>({
    clientId: 'bezel-ledger',
    groupId: 'bezel-ledger', // required by the client; never joined
    bootstrapBrokers: [...brokers],
    requestTimeout: 10_000, // three times: who asks again does not wait for minutes, and who waits is told
    isolationLevel: 1, // read committed
    retries: 2,
  });

  const answered = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      throw new SourceUnavailableError('kafka', `Kafka (${brokers.join(', ')})`, error);
    }
  };
  const offsetsAt = async (topics: readonly string[], timestamp: bigint): Promise<TopicOffsets> =>
    answered(client.listOffsets({ topics: [...topics], timestamp }));

  return {
    ends: (topics) => offsetsAt(topics, LATEST),

    async at(topics, moment) {
      const ends = await offsetsAt(topics, LATEST);
      const found = await offsetsAt(topics, BigInt(Math.floor(moment)));
      const after = (topic: string, partition: number, end: bigint): bigint => {
        const offset = found.get(topic)?.[partition] ?? -1n;
        return offset < 0n ? end : offset;
      };
      return new Map([...ends].map(([topic, of]) => [topic, of.map((end, partition) => after(topic, partition, end))]));
    },

    async *read({ from, to }) {
      const oldest = await offsetsAt([...to.keys()], EARLIEST);
      const pending = new Map<string, { topic: string; partition: number; next: bigint; end: bigint }>();
      for (const [topic, ends] of to) {
        for (const [partition, end] of ends.entries()) {
          const first = oldest.get(topic)?.[partition] ?? 0n;
          const wanted = from?.get(topic)?.[partition] ?? 0n;
          const next = wanted > first ? wanted : first;
          if (next < end) pending.set(`${topic}/${partition}`, { topic, partition, next, end });
        }
      }
      while (pending.size > 0) yield await fetchSome(pending);
    },

    async [Symbol.asyncDispose]() {
      await client.close(true);
    },
  };

  /** One round: one fetch to each broker that leads a partition not yet read to its end. */
  async function fetchSome(
    pending: Map<string, { topic: string; partition: number; next: bigint; end: bigint }>,
  ): Promise<TopicMessage[]> {
    const topics = [...new Set([...pending.values()].map(({ topic }) => topic))];
    const metadata = await answered(client.metadata({ topics }));
    const names = new Map(topics.map((topic) => [metadata.topics.get(topic)?.id ?? '', topic]));
    const requests = new Map<number, Map<string, { partition: number; next: bigint }[]>>();
    for (const { topic, partition, next } of pending.values()) {
      const known = metadata.topics.get(topic);
      const leader = known?.partitions[partition]?.leader ?? -1;
      if (known === undefined || leader < 0) throw new PartitionUnavailableError(topic, partition);
      const request = requests.get(leader) ?? new Map<string, { partition: number; next: bigint }[]>();
      requests.set(leader, request);
      request.set(known.id, [...(request.get(known.id) ?? []), { partition, next }]);
    }

    const messages: TopicMessage[] = [];
    for (const [node, request] of requests) {
      const response = await answered(
        client.fetch({
          node,
          maxBytes: BYTES_A_FETCH,
          maxWaitTime: 100,
          minBytes: 1,
          topics: [...request].map(([topicId, partitions]) => ({
            topicId,
            partitions: partitions.map(({ partition, next }) => ({
              partition,
              fetchOffset: next,
              partitionMaxBytes: BYTES_A_PARTITION,
              currentLeaderEpoch: -1,
              lastFetchedEpoch: -1,
            })),
          })),
        }),
      );
      for (const { topicId, partitions } of response.responses) {
        const topic = names.get(topicId) ?? '';
        for (const { partitionIndex, records } of partitions) {
          const reading = pending.get(`${topic}/${partitionIndex}`);
          if (reading === undefined) continue;
          for (const batch of records ?? []) {
            if (!(batch.attributes & IS_CONTROL)) messages.push(...messagesOf(batch, reading));
            const after = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
            if (after > reading.next) reading.next = after;
          }
          if (reading.next >= reading.end) pending.delete(`${topic}/${partitionIndex}`);
        }
      }
    }
    return messages;
  }
}

/** A partition has no leader: what is on it cannot be read now. */
export class PartitionUnavailableError extends Error {
  readonly code = 'partition_unavailable';
  readonly retryable = true;

  constructor(topic: string, partition: number) {
    super(`partition ${partition} of ${topic} has no leader; is the broker up and the topic there?`);
    this.name = 'PartitionUnavailableError';
  }
}

type Batch = NonNullable<
  Awaited<ReturnType<Consumer['fetch']>>['responses'][number]['partitions'][number]['records']
>[number];

/** The messages of a batch within the range wanted: a broker answers with whole batches, on either side of it. */
function messagesOf(
  batch: Batch,
  { topic, partition, next, end }: { topic: string; partition: number; next: bigint; end: bigint },
): TopicMessage[] {
  return batch.records.flatMap((record) => {
    const offset = batch.firstOffset + BigInt(record.offsetDelta);
    if (offset < next || offset >= end) return [];
    return [
      {
        topic,
        partition,
        offset,
        key: String(record.key ?? ''),
        headers: new Map(record.headers.map(([name, value]) => [String(name ?? ''), String(value ?? '')])),
        value: record.value ?? Buffer.alloc(0),
        at: Number(batch.firstTimestamp + record.timestampDelta),
      },
    ];
  });
}
