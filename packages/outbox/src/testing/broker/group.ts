import {
  partitionName,
  type SubscribeRequest,
  type Subscription,
  type TopicPartition,
} from '../../subscriber/index.ts';
import type { Log } from './log.ts';

/** What was handed to a member. */
export interface Delivery extends TopicPartition {
  readonly groupId: string;
  readonly from: bigint;
  readonly next: bigint;
}

interface Reading extends TopicPartition {
  /** Undefined: silent until `seek`. */
  position: bigint | undefined;
  paused: boolean;
}

interface Member {
  readonly request: SubscribeRequest;
  readings: Map<string, Reading>;
}

/** A place from which something can be handed over. */
export interface Deliverable {
  deliver(count: number): Delivery;
}

/** The members of all groups, and who of them owns which partition. */
export class Groups {
  readonly #log: Log;
  readonly #groups = new Map<string, Set<Member>>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Partitions are given out anew, once what runs now has ended: the listener hears nothing before this returns. */
  join(request: SubscribeRequest): Subscription {
    const member: Member = { request, readings: new Map() };
    const members = this.#groups.get(request.groupId) ?? new Set();
    this.#groups.set(request.groupId, members.add(member));
    this.#rebalance(members);
    const readingOf = (partition: TopicPartition): Reading | undefined => member.readings.get(partitionName(partition));
    return {
      seek: (partition, offset) => {
        const reading = readingOf(partition);
        if (reading === undefined) return;
        const known = offset >= 0n && offset <= this.#log.end(partition);
        reading.position = known ? offset : undefined;
        reading.paused = false;
        if (!known) queueMicrotask(() => members.has(member) && request.listener.outOfRange(partition));
      },
      pause: (partition) => {
        const reading = readingOf(partition);
        if (reading !== undefined) reading.paused = true;
      },
      resume: (partition) => {
        const reading = readingOf(partition);
        if (reading !== undefined) reading.paused = false;
      },
      offsets: async (topic) => this.#log.offsets(topic),
      commit: async () => {},
      close: async () => {
        if (members.delete(member)) this.#rebalance(members);
      },
    };
  }

  /** The topics somebody reads. */
  topics(): string[] {
    const members = [...this.#groups.values()].flatMap((group) => [...group]);
    return [...new Set(members.flatMap(({ request }) => request.topics))];
  }

  /** Where somebody waits for messages that are there. */
  deliverable(): Deliverable[] {
    return [...this.#groups.values()].flatMap((members) =>
      [...members].flatMap((member) =>
        [...member.readings.values()].flatMap((reading) => {
          const { position, paused } = reading;
          const waits = position !== undefined && !paused && position < this.#log.end(reading);
          return waits ? [{ deliver: (count: number) => this.#deliver(member, reading, position, count) }] : [];
        }),
      ),
    );
  }

  #deliver({ request }: Member, reading: Reading, from: bigint, count: number): Delivery {
    const { topic, partition } = reading;
    const messages = this.#log.read(reading, from, count);
    const next = from + BigInt(messages.length);
    reading.position = next;
    request.listener.received({ topic, partition, from, next, messages, highWatermark: this.#log.end(reading) });
    return { groupId: request.groupId, topic, partition, from, next };
  }

  #rebalance(members: Set<Member>): void {
    queueMicrotask(() => {
      for (const member of members) member.readings = new Map();
      for (const topic of new Set([...members].flatMap(({ request }) => request.topics))) {
        const readers = [...members].filter(({ request }) => request.topics.includes(topic));
        for (const partition of this.#log.partitionsOf(topic)) {
          const owner = readers[partition.partition % readers.length];
          owner?.readings.set(partitionName(partition), { ...partition, position: undefined, paused: false });
        }
      }
      for (const { request, readings } of [...members]) {
        request.listener.assigned([...readings.values()].map(({ topic, partition }) => ({ topic, partition })));
      }
    });
  }
}
