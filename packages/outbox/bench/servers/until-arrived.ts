import { waitFor } from '@bezel/local/testing';
import { countMessages } from './topic.ts';

/** Waits until a topic holds so many messages. */
export async function untilArrived(
  brokers: readonly string[],
  topic: string,
  count: number,
  signal: AbortSignal,
): Promise<void> {
  await waitFor(
    `${count} messages on ${topic}`,
    async () => signal.aborted || (await countMessages(brokers, topic)) >= count,
    { deadlineMs: 60_000, everyMs: 100 },
  );
  signal.throwIfAborted();
}
