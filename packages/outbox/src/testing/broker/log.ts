import { partitionOf } from '../../publisher/murmur2.ts';
import type { OutgoingMessage } from '../../publisher/publisher.ts';
import type { OffsetRange, TopicPartition } from '../../subscriber/index.ts';

/** A message at its offset. */
export interface LandedMessage extends OutgoingMessage {
  readonly partition: number;
  readonly offset: bigint;
}

/** What lies on the topics. A topic exists as soon as it is spoken of; nothing is ever removed from it. */
export class Log {
  readonly #partitions: number;
  readonly #topics = new Map<string, LandedMessage[][]>();

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  /** Gives the message the next offset of the partition of its key. */
  append(message: OutgoingMessage): LandedMessage {
    const partition = partitionOf(message.key, this.#partitions);
    const messages = this.#of({ topic: message.topic, partition });
    const landed = { ...message, partition, offset: BigInt(messages.length) };
    messages.push(landed);
    return landed;
  }

  end(partition: TopicPartition): bigint {
    return BigInt(this.#of(partition).length);
  }

  read(partition: TopicPartition, from: bigint, count: number): readonly LandedMessage[] {
    return this.#of(partition).slice(Number(from), Number(from) + count);
  }

  /** The whole topic, one partition after the other. */
  all(topic: string): readonly LandedMessage[] {
    return this.#topic(topic).flat();
  }

  partitionsOf(topic: string): readonly TopicPartition[] {
    return this.#topic(topic).map((_, partition) => ({ topic, partition }));
  }

  offsets(topic: string): ReadonlyMap<number, OffsetRange> {
    return new Map(
      this.#topic(topic).map((messages, partition) => [partition, { earliest: 0n, latest: BigInt(messages.length) }]),
    );
  }

  #of({ topic, partition }: TopicPartition): LandedMessage[] {
    const messages = this.#topic(topic)[partition];
    if (messages === undefined) {
      throw new TypeError(`${topic} has ${this.#partitions} partitions, and none with the number ${partition}`);
    }
    return messages;
  }

  #topic(topic: string): LandedMessage[][] {
    const known = this.#topics.get(topic) ?? Array.from({ length: this.#partitions }, () => []);
    this.#topics.set(topic, known);
    return known;
  }
}
