import type { FetchedMessage, FetchedRange, Subscription, TopicPartition } from '../../subscriber/index.ts';

/** What was fetched of a partition and waits to be handled, from its position on without a hole. */
export interface LaneBuffer {
  readonly messages: readonly FetchedMessage[];
  /** The end of the partition as of the latest fetch; null before the first. */
  readonly highWatermark: bigint | null;
  /** Up to here it was fetched: what lies before, and is not here, is done or can be read by nobody. */
  readonly fetchedTo: bigint;
  /** Whether it was what comes next; anything else is dropped. */
  add(range: FetchedRange): boolean;
  /** The first ones are done with. */
  drop(count: number): void;
  /** Forgets all, and reads from there. */
  restart(at: bigint): void;
  /** The subscriber has forgotten where it was: behind what is here. */
  readOn(): void;
}

/** It asks for more below the lower bound, and for no more above the upper one. Messages, and bytes of values. */
const MESSAGES = { low: 500, high: 2_000 };
const BYTES = { low: 512 * 1024, high: 2 * 1024 * 1024 };

export function createBuffer(
  partition: TopicPartition,
  from: bigint,
  subscription: Pick<Subscription, 'seek' | 'pause' | 'resume'>,
): LaneBuffer {
  let messages: FetchedMessage[] = [];
  let bytes = 0;
  let fetchedTo = from;
  let paused = false;
  let highWatermark: bigint | null = null;

  return {
    get messages() {
      return messages;
    },
    get highWatermark() {
      return highWatermark;
    },
    get fetchedTo() {
      return fetchedTo;
    },
    add(range) {
      // Anything but the very next range would leave a hole: the subscriber was sent elsewhere meanwhile.
      if (range.from !== fetchedTo) {
        return false;
      }
      fetchedTo = range.next;
      highWatermark = range.highWatermark;
      for (const message of range.messages) {
        messages.push(message);
        bytes += sizeOf(message);
      }
      if (!paused && (messages.length >= MESSAGES.high || bytes >= BYTES.high)) {
        paused = true;
        subscription.pause(partition);
      }
      return true;
    },
    drop(count) {
      for (const message of messages.slice(0, count)) {
        bytes -= sizeOf(message);
      }
      messages = messages.slice(count);
      if (paused && messages.length <= MESSAGES.low && bytes <= BYTES.low) {
        paused = false;
        subscription.resume(partition);
      }
    },
    restart(at) {
      fetchedTo = at;
      messages = [];
      bytes = 0;
      paused = false;
      subscription.seek(partition, at);
    },
    readOn() {
      subscription.seek(partition, fetchedTo);
      if (paused) {
        subscription.pause(partition);
      }
    },
  };
}

const sizeOf = ({ key, value }: FetchedMessage): number => (key?.length ?? 0) + (value?.length ?? 0) + 200;
