import { waitFor } from '@bezel/local/testing';
import type { FetchedMessage, SubscriberListener, Subscription, TopicPartition } from '../src/subscriber/index.ts';
import { partitionName } from '../src/subscriber/index.ts';

/** Remembers what a subscriber told, and checks on the way that ranges follow each other without a hole. */
export class RecordingListener implements SubscriberListener {
  owned: readonly TopicPartition[] = [];
  assignments = 0;
  readonly ranges: string[] = [];
  readonly outOfRanges: string[] = [];
  readonly losses: Error[] = [];
  readonly holes: string[] = [];
  readonly #messages = new Map<string, FetchedMessage[]>();
  readonly #expected = new Map<string, bigint>();

  assigned(partitions: readonly TopicPartition[]): void {
    this.owned = partitions;
    this.assignments += 1;
    this.#expected.clear();
  }

  received(range: Parameters<SubscriberListener['received']>[0]): void {
    const name = partitionName(range);
    if (this.#expected.get(name) !== range.from) {
      this.holes.push(`${name}: expected ${this.#expected.get(name)}, got ${range.from}`);
    }
    this.#expected.set(name, range.next);
    const messages = this.#messages.get(name) ?? [];
    this.#messages.set(name, messages);
    messages.push(...range.messages);
  }

  outOfRange(partition: TopicPartition): void {
    this.outOfRanges.push(partitionName(partition));
  }

  lost(error: Error): void {
    this.losses.push(error);
  }

  seek(subscription: Subscription, partition: TopicPartition, offset: bigint): void {
    this.#expected.set(partitionName(partition), offset);
    subscription.seek(partition, offset);
  }

  /** The texts that arrived from a partition, in order, repeats included. */
  texts(partition: TopicPartition): string[] {
    return this.messages(partition).map(({ value }) => value?.toString() ?? '');
  }

  messages(partition: TopicPartition): FetchedMessage[] {
    return this.#messages.get(partitionName(partition)) ?? [];
  }

  async joined(count: number): Promise<void> {
    await waitFor(`${count} partitions`, () => this.owned.length === count);
  }
}
