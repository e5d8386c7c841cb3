import { randomUUID } from 'node:crypto';
import { TopicUnreadableError } from '../../errors/operating.ts';
import {
  type FetchedMessage,
  type OffsetRange,
  partitionName,
  type Subscriber,
  type Subscription,
  type TopicPartition,
} from '../../subscriber/index.ts';

/** A partition of a topic as it was when the reading began. */
export interface TopicEnds extends TopicPartition, OffsetRange {}

export interface TopicReading {
  readonly subscriber: Subscriber;
  readonly topics: readonly string[];
  /** So long nothing may come before the reading is given up, in ms. */
  readonly patienceMs: number;
  /** Told once, before the first message. */
  readonly begun: (ends: readonly TopicEnds[]) => void;
  readonly received: (partition: TopicPartition, message: FetchedMessage) => void;
}

/**
 * Reads topics from their beginnings to where they end now, each partition in order. It joins a group of its own, which no
 * one else is in, and stores no position anywhere.
 *
 * @throws TopicUnreadableError
 */
export async function readTopics(reading: TopicReading): Promise<void> {
  const { subscriber, topics, patienceMs } = reading;
  if (topics.length === 0) {
    return;
  }
  const done = Promise.withResolvers<void>();
  const left = new Map<string, TopicPartition & { next: bigint; readonly end: bigint }>();
  let begun = false;
  let trouble: Error | undefined;
  const giveUp = (): void => {
    const nothing = `the brokers sent nothing of ${topics.join(', ')} for ${patienceMs} ms`;
    done.reject(
      trouble === undefined
        ? new TopicUnreadableError(nothing)
        : new TopicUnreadableError(`${nothing}: ${trouble.message}`, { cause: trouble }),
    );
  };
  let timer = setTimeout(giveUp, patienceMs);
  const moved = (): void => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, patienceMs);
  };

  async function begin(): Promise<void> {
    const ends = await endsOf(subscription, topics);
    if (begun) return;
    begun = true;
    reading.begun(ends);
    for (const { topic, partition, earliest, latest } of ends) {
      if (latest > earliest)
        left.set(partitionName({ topic, partition }), { topic, partition, next: earliest, end: latest });
    }
  }

  function seekAll(): void {
    for (const { topic, partition, next } of left.values()) subscription.seek({ topic, partition }, next);
    if (left.size === 0) done.resolve();
  }

  const subscription = subscriber.subscribe({
    groupId: `bezel-verify-${randomUUID()}`,
    topics,
    listener: {
      assigned() {
        moved();
        begin().then(seekAll, (error: Error) => {
          trouble = error;
        });
      },
      received({ topic, partition, messages, next }) {
        const part = left.get(partitionName({ topic, partition }));
        if (part === undefined) return;
        moved();
        for (const message of messages) {
          if (message.offset >= part.next && message.offset < part.end) reading.received(part, message);
        }
        part.next = next;
        if (next < part.end) return;
        left.delete(partitionName(part));
        subscription.pause(part);
        if (left.size === 0) done.resolve();
      },
      outOfRange(partition) {
        // Removed by the topic's retention since the reading began: what is left begins later.
        void endsOf(subscription, [partition.topic]).then((ends) => {
          const part = left.get(partitionName(partition));
          const now = ends.find((end) => end.partition === partition.partition);
          if (part === undefined || now === undefined) return;
          part.next = now.earliest;
          if (part.next >= part.end) left.delete(partitionName(partition));
          seekAll();
        }, giveUp);
      },
      lost(error) {
        trouble = error;
      },
    },
  });
  try {
    await done.promise;
  } finally {
    clearTimeout(timer);
    await subscription.close();
  }
}

async function endsOf(subscription: Subscription, topics: readonly string[]): Promise<TopicEnds[]> {
  const all = await Promise.all(
    topics.map(async (topic) =>
      [...(await subscription.offsets(topic))].map(([partition, range]) => ({ topic, partition, ...range })),
    ),
  );
  return all.flat();
}
