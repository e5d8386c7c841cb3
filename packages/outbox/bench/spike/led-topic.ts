import { waitFor } from '@bezel/local/testing';
import { type BenchTopic, countMessages, createTopic } from '../servers/topic.ts';

/**
 * A topic whose leaders are at work. That they are known is not enough: a leader refuses requests for a moment after it
 * was named, and the spike does not try again.
 */
export async function createLedTopic(servers: { readonly brokers: readonly string[] }): Promise<BenchTopic> {
  const topic = await createTopic(servers);
  await waitFor(`leaders of ${topic.name} at work`, () =>
    countMessages(servers.brokers, topic.name).then(
      () => true,
      () => false,
    ),
  );
  return topic;
}
