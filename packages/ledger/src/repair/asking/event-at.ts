import type { AuditedStack } from '../../audit-stack.ts';
import { ORDER_TOPICS } from '../../sources/topics/copy-of.ts';
import { openTopics, type TopicOffsets } from '../../sources/topics/topics.ts';
import type { CopyPlace } from '../repair.ts';

/** What a message says: its type and its content. */
export interface EventRead {
  readonly type: string;
  readonly data: unknown;
}

/** Which message is read, and where its copy was seen. */
export interface EventPlace extends CopyPlace {
  readonly messageId: string;
}

/**
 * Reads a message at the place of a topic where its copy was seen.
 *
 * @returns undefined when it is not kept any more, or is no event; also when another message lies there, as on a topic that was made
 *   anew
 * @throws SourceUnavailableError, PartitionUnavailableError
 */
export async function eventAt(
  { kafka, topics = ORDER_TOPICS }: Pick<AuditedStack, 'kafka' | 'topics'>,
  { hop, partition, offset, messageId }: EventPlace,
): Promise<EventRead | undefined> {
  const topic = topics[hop];
  await using reader = openTopics(kafka);
  const ends = (await reader.ends([topic])).get(topic) ?? [];
  const at = BigInt(offset);
  if (at >= (ends[partition] ?? 0n)) return undefined;
  const range = (wanted: bigint): TopicOffsets =>
    new Map([[topic, ends.map((_, n) => (n === partition ? wanted : 0n))]]);
  for await (const batch of reader.read({ from: range(at), to: range(at + 1n) })) {
    const message = batch.find((found) => found.partition === partition && found.offset === at);
    const type = message?.headers.get('ce_type');
    if (message === undefined || type === undefined) continue;
    if (message.headers.get('ce_id') !== messageId) return undefined;
    try {
      return { type, data: JSON.parse(message.value.toString()) };
    } catch {
      return undefined;
    }
  }
  return undefined;
}
