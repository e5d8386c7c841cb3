/** Reads a topic as a consumer does, and remembers when each message arrived. */
import { randomUUID } from 'node:crypto';
import { serve } from '@bezel/local/measuring';
import { kafkajsSubscriber } from '@bezel/outbox/kafkajs';
import { platformaticSubscriber } from '@bezel/outbox/platformatic';
import type { Subscription } from '../../src/subscriber/subscriber.ts';
import type { Client } from '../load/client.ts';
import { machineMs } from './clock.ts';

const arrived = new Map<number, number>();
let more = Promise.withResolvers<void>();
let subscription: Subscription | undefined;

const program = {
  /** Settles when it reads. */
  async listen({
    client,
    brokers,
    topic,
  }: {
    client: Client;
    brokers: readonly string[];
    topic: string;
  }): Promise<void> {
    await subscription?.close();
    arrived.clear();
    const options = { brokers, clientId: 'bench-listener' };
    const subscriber = client === 'kafkajs' ? kafkajsSubscriber(options) : platformaticSubscriber(options);
    const reading = Promise.withResolvers<void>();
    const current = subscriber.subscribe({
      groupId: `bench-${randomUUID()}`,
      topics: [topic],
      listener: {
        assigned(partitions) {
          for (const partition of partitions) current.seek(partition, 0n);
          if (partitions.length > 0) reading.resolve();
        },
        received({ messages }) {
          const now = machineMs();
          for (const { value } of messages) {
            const { n } = JSON.parse(String(value)) as { n: number };
            if (!arrived.has(n)) arrived.set(n, now);
          }
          more.resolve();
        },
        outOfRange: ({ partition }) => reading.reject(new Error(`partition ${partition} is out of range`)),
        lost: (error) => console.error(`listener: ${error.message}`),
      },
    });
    subscription = current;
    await reading.promise;
  },

  /** When each of so many messages arrived, once all did. */
  async arrivals({ first, count }: { first: number; count: number }): Promise<number[]> {
    const missing = (): boolean => {
      for (let n = first; n < first + count; n += 1) if (!arrived.has(n)) return true;
      return false;
    };
    while (missing()) {
      more = Promise.withResolvers();
      await more.promise;
    }
    return Array.from({ length: count }, (_, n) => arrived.get(first + n) ?? Number.NaN);
  },

  async close(_: null): Promise<void> {
    await subscription?.close();
  },
};

export type ListenerProgram = typeof program;
serve(program);
