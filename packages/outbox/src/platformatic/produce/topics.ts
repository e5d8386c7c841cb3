import type { Broker } from '@platformatic/kafka';
import type { PublishFailure } from '../../publisher/publisher.ts';
import { refusedWith } from './failures.ts';

const MAX_AGE_MS = 60_000;
const LEADER_NOT_AVAILABLE = 5;
const UNKNOWN_TOPIC_OR_PARTITION = 3;

export interface Leader extends Broker {
  readonly nodeId: number;
}

/** A partition, and who leads it. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly leader: Leader | undefined;
}

/** The partitions of a topic by their numbers, or why there are none. */
export type Topic = { readonly places: readonly Place[] } | { readonly failure: PublishFailure };

/** The part of a metadata response that matters here; it is the same in all versions. */
export interface Metadata {
  readonly brokers: readonly Leader[];
  readonly topics: readonly {
    readonly errorCode: number;
    readonly name?: string | null | undefined;
    readonly partitions: readonly { readonly partitionIndex: number; readonly leaderId: number }[];
  }[];
}

/** What is known of topics. Only those that can be written to are kept, for a minute or until a broker objects. */
export class Topics {
  readonly #known = new Map<string, { readonly topic: Topic; readonly until: number }>();

  /** Those of the names that have to be asked for. Times are milliseconds that never go back. */
  missing(names: Iterable<string>, now: number): string[] {
    for (const [name, { until }] of this.#known) if (until <= now) this.#known.delete(name);
    return [...names].filter((name) => !this.#known.has(name));
  }

  learn({ brokers, topics }: Metadata, now: number): void {
    const leaders = new Map(brokers.map((broker) => [broker.nodeId, broker]));
    for (const { name, errorCode, partitions } of topics) {
      if (typeof name !== 'string') continue; // asked for by name, so it has one
      if (errorCode !== 0 || partitions.length === 0) {
        const failure = refusedWith(errorCode === 0 ? LEADER_NOT_AVAILABLE : errorCode, `topic ${name}`);
        this.#known.set(name, { topic: { failure }, until: now });
        continue;
      }
      const places = partitions
        .toSorted((a, b) => a.partitionIndex - b.partitionIndex)
        .map(({ partitionIndex, leaderId }) => ({
          topic: name,
          partition: partitionIndex,
          leader: leaders.get(leaderId),
        }));
      // A partition without a leader is asked for again with the next batch.
      const until = places.every(({ leader }) => leader !== undefined) ? now + MAX_AGE_MS : now;
      this.#known.set(name, { topic: { places }, until });
    }
  }

  of(name: string): Topic {
    return this.#known.get(name)?.topic ?? { failure: refusedWith(UNKNOWN_TOPIC_OR_PARTITION, `topic ${name}`) };
  }

  forget(name: string): void {
    this.#known.delete(name);
  }
}

/** Names a partition among those of all topics. */
export const nameOf = ({ topic, partition }: Pick<Place, 'topic' | 'partition'>): string => `${partition}/${topic}`;

/** The answer for messages of a partition that nobody leads. */
export const leaderless = ({ topic, partition }: Place): PublishFailure =>
  refusedWith(LEADER_NOT_AVAILABLE, `partition ${partition} of ${topic}`);
