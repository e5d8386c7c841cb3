import { FailedKeys, heldBack } from '../../publisher/failed-keys.ts';
import { partitionOf } from '../../publisher/murmur2.ts';
import type { OutgoingMessage, PublishFailure, PublishResult } from '../../publisher/publisher.ts';
import { leaderless, type Place, type Topic } from './topics.ts';

interface Entry {
  readonly message: OutgoingMessage;
  readonly index: number;
}

/** What goes to a partition next, as one record batch. */
export interface Part {
  readonly place: Place;
  readonly entries: readonly Entry[];
}

const WRITTEN: PublishResult = Object.freeze({ ok: true });

/**
 * The messages of one call of `publish` on their way: what goes to which partition next, and the answer for each. It does
 * no I/O.
 *
 * A partition is sent all of its messages at once. Only when the broker refuses them for the sake of a message they are
 * sent in smaller parts: without those it named, or in halves until the message is alone. Parts of a partition are sent
 * one after the other, so the order of a key holds; what follows a failed message of its key is not sent.
 */
export class Delivery {
  readonly results: PublishResult[] = [];
  readonly #failedKeys = new FailedKeys();
  /** What is left for each partition, in its order. */
  readonly #left = new Map<Place, readonly (readonly Entry[])[]>();

  /** @param topicOf answers the same object for the same name, so that a place stands for its partition */
  constructor(messages: readonly OutgoingMessage[], topicOf: (name: string) => Topic) {
    const byPlace = new Map<Place, Entry[]>();
    let name: string | undefined;
    let topic: Topic | undefined;
    for (const [index, message] of messages.entries()) {
      if (topic === undefined || message.topic !== name) {
        name = message.topic;
        topic = topicOf(name);
      }
      if ('failure' in topic) {
        this.results[index] = topic.failure;
        continue;
      }
      const place = topic.places[partitionOf(message.key, topic.places.length)] as Place;
      const entries = byPlace.get(place);
      if (entries === undefined) byPlace.set(place, [{ message, index }]);
      else entries.push({ message, index });
    }
    for (const [place, entries] of byPlace) {
      if (place.leader === undefined) this.#fail(entries, leaderless(place));
      else this.#left.set(place, [entries]);
    }
  }

  /** What may be sent now, one part for each partition. Each must be settled before the next are asked for. */
  due(): Part[] {
    return [...this.#left].flatMap(([place, [entries]]) => (entries === undefined ? [] : [{ place, entries }]));
  }

  written({ place, entries }: Part): void {
    for (const { index } of entries) this.results[index] = WRITTEN;
    this.#leave(place, this.#behind(place));
  }

  /** @param faulty which messages of the part are at fault, where the broker tells */
  failed({ place, entries }: Part, failure: PublishFailure, faulty: readonly number[] = []): void {
    const behind = this.#behind(place);
    if (failure.kind !== 'message') {
      // It concerns the partition, so what is left for it as well.
      this.#fail([...entries, ...behind.flat()], failure);
      this.#leave(place, []);
      return;
    }
    const named = faulty.map((n) => entries[n]).filter((entry) => entry !== undefined);
    const culprits = new Set(named.length === 0 && entries.length === 1 ? entries : named);
    if (culprits.size > 0) {
      const parts = [entries, ...behind].map((part) => this.#without(culprits, part, failure));
      this.#leave(place, parts);
    } else {
      const middle = Math.ceil(entries.length / 2);
      this.#leave(place, [entries.slice(0, middle), entries.slice(middle), ...behind]);
    }
  }

  #behind(place: Place): readonly (readonly Entry[])[] {
    return this.#left.get(place)?.slice(1) ?? [];
  }

  #leave(place: Place, parts: readonly (readonly Entry[])[]): void {
    const left = parts.filter(({ length }) => length > 0);
    if (left.length === 0) this.#left.delete(place);
    else this.#left.set(place, left);
  }

  /** The part without the culprits, and without what follows them by its key. */
  #without(culprits: ReadonlySet<Entry>, part: readonly Entry[], failure: PublishFailure): readonly Entry[] {
    return part.filter((entry) => {
      const { message, index } = entry;
      const follows = this.#failedKeys.has(message);
      if (!follows && !culprits.has(entry)) return true;
      this.results[index] = follows ? heldBack(false) : failure;
      this.#failedKeys.add(message);
      return false;
    });
  }

  #fail(entries: readonly Entry[], failure: PublishFailure): void {
    for (const { index } of entries) this.results[index] = failure;
  }
}
