import type { MessageCopy } from '../../account/evidence.ts';
import type { Batches } from '../batches.ts';
import { CLOCKS_DIFFER_MS } from '../clocks.ts';
import { copyOf, type OrderTopics } from './copy-of.ts';
import { openTopics, type TopicMessage, type TopicOffsets, type TopicRange, type TopicReader } from './topics.ts';

/** Which copies are read. */
interface CopySelection {
  /** Only of these orders; of all when undefined. */
  readonly orderIds: readonly string[] | undefined;
  /** Of these only orders whose id is not lower. */
  readonly fromId: string;
  /** They were submitted since then, in milliseconds since 1970; undefined when that is not known. */
  readonly since: number | undefined;
  /** Where to begin; when undefined, at the time they were submitted, or at the oldest message. */
  readonly from: TopicOffsets | undefined;
}

/** What is read of the topics for a selection: up to where they end now. */
export async function rangeOf(
  reader: TopicReader,
  topics: OrderTopics,
  { since, from }: Pick<CopySelection, 'since' | 'from'>,
): Promise<TopicRange> {
  const names = Object.values(topics);
  const to = await reader.ends(names);
  return { from: from ?? (since === undefined ? undefined : await reader.at(names, since - CLOCKS_DIFFER_MS)), to };
}

/** The copies among messages that are selected. */
export async function* copiesIn(
  messages: Batches<TopicMessage>,
  topics: OrderTopics,
  { orderIds, fromId }: Pick<CopySelection, 'orderIds' | 'fromId'>,
): Batches<MessageCopy> {
  const wanted = orderIds && new Set(orderIds);
  for await (const batch of messages) {
    const copies: MessageCopy[] = [];
    for (const message of batch) {
      const copy = copyOf(message, topics);
      if (copy === null || copy.orderId < fromId) continue;
      if (wanted === undefined || wanted.has(copy.orderId)) copies.push(copy);
    }
    yield copies;
  }
}

/** Every copy of the orders that are selected, up to where the topics end now. */
export async function* copiesOn(
  { kafka, topics }: { readonly kafka: readonly string[]; readonly topics: OrderTopics },
  selection: CopySelection,
): Batches<MessageCopy> {
  await using reader = openTopics(kafka);
  yield* copiesIn(reader.read(await rangeOf(reader, topics, selection)), topics, selection);
}
