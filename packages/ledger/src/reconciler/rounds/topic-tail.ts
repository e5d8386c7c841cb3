import type { MessageCopy } from '../../account/evidence.ts';
import { copyOf, type OrderTopics } from '../../sources/topics/copy-of.ts';
import { openTopics, type TopicOffsets, type TopicReader } from '../../sources/topics/topics.ts';
import type { Looking } from '../looking.ts';

/** The newest messages of the topics, each read from Kafka once. */
interface TopicTail extends AsyncDisposable {
  /**
   * Reads what is new, and answers the orders it is about. Copies stay in memory until they were read `keptMs` ago.
   *
   * @throws SourceUnavailableError, PartitionUnavailableError; nothing is left out by the next call then
   */
  readNew(now: number, looking: Looking): Promise<ReadonlySet<string>>;
  /** The copies in memory of some orders. */
  copiesOf(orderIds: ReadonlyMap<string, unknown>): MessageCopy[];
}

interface TailTimes {
  /** How long copies are held, in ms. */
  readonly keptMs: number;
  /** How long before its first reading a tail begins, by the time of the messages, in ms. */
  readonly beforeMs: number;
}

/** Opens a tail. Nothing is connected before it is first read. */
export function openTopicTail(
  { kafka, topics }: { readonly kafka: readonly string[]; readonly topics: OrderTopics },
  { keptMs, beforeMs }: TailTimes,
): TopicTail {
  let reader: TopicReader | undefined;
  let next: Map<string, bigint[]> | undefined;
  /** Read, and not answered yet. */
  let unanswered = new Set<string>();
  let batches: { readonly readAt: number; readonly copies: readonly MessageCopy[] }[] = [];

  const close = async (): Promise<void> => {
    const open = reader;
    reader = undefined;
    await open?.[Symbol.asyncDispose]();
  };

  return {
    async readNew(now, { signal, getsOn }) {
      reader ??= openTopics(kafka);
      try {
        const names = Object.values(topics);
        const ends = await reader.ends(names);
        next ??= mutable(await reader.at(names, now - beforeMs));
        const from = next;
        if (hasMore(from, ends)) {
          for await (const batch of reader.read({ from, to: ends })) {
            signal.throwIfAborted();
            const copies = batch.map((message) => copyOf(message, topics)).filter((copy) => copy !== null);
            getsOn();
            for (const { orderId } of copies) unanswered.add(orderId);
            if (copies.length > 0) batches.push({ readAt: now, copies });
            // What was read stays read when a later fetch fails.
            for (const { topic, partition, offset } of batch) advance(from, topic, partition, offset + 1n);
          }
          next = mutable(ends);
        }
        batches = batches.filter(({ readAt }) => now - readAt < keptMs);
        const answer = unanswered;
        unanswered = new Set();
        return answer;
      } catch (error) {
        await close().catch(() => {});
        throw error;
      }
    },
    copiesOf: (orderIds) => batches.flatMap(({ copies }) => copies.filter(({ orderId }) => orderIds.has(orderId))),
    [Symbol.asyncDispose]: close,
  };
}

const mutable = (offsets: TopicOffsets): Map<string, bigint[]> =>
  new Map([...offsets].map(([topic, of]) => [topic, [...of]]));

const hasMore = (from: TopicOffsets, ends: TopicOffsets): boolean =>
  [...ends].some(([topic, of]) => of.some((end, partition) => (from.get(topic)?.[partition] ?? 0n) < end));

function advance(offsets: Map<string, bigint[]>, topic: string, partition: number, next: bigint): void {
  const of = offsets.get(topic);
  if (of !== undefined && (of[partition] ?? 0n) < next) of[partition] = next;
}
