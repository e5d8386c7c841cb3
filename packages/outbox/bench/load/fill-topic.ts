import type { Client } from './client.ts';
import { BATCH_SIZE, recordOf } from './message.ts';
import { rawProducer } from './raw-producer.ts';

/** Sends so many different messages, as relays do. */
export async function fillTopic(target: {
  readonly brokers: readonly string[];
  readonly client: Client;
  readonly topic: string;
  readonly count: number;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { topic, count, signal } = target;
  const producer = rawProducer(target);
  try {
    for (let first = 0; first < count; first += BATCH_SIZE) {
      signal.throwIfAborted();
      const size = Math.min(BATCH_SIZE, count - first);
      await producer.prepare(Array.from({ length: size }, (_, n) => recordOf(topic, first + n)))();
    }
  } finally {
    await producer.close();
  }
}
