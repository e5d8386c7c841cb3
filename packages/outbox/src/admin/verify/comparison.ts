import { partitionOf } from '../../publisher/murmur2.ts';
import { shardOf } from '../../shard/hash.ts';
import type { FetchedMessage, TopicPartition } from '../../subscriber/index.ts';
import type { MessageChoice } from '../choice.ts';
import type { TopicDescription } from '../doctor/topics.ts';
import { Sampling, type VerifiedMessage, type VerifyReport } from './report.ts';
import type { TopicEnds } from './topic-reader.ts';

/** A chosen message of the table. */
export interface ExpectedMessage extends VerifiedMessage {
  readonly source: string;
  /** When it was written, in seconds since 1970. */
  readonly seconds: number;
  readonly published: boolean;
  readonly parked: boolean;
}

/** A message on a topic that could be of this outbox, and is not among those expected. */
export interface Stranger extends VerifiedMessage {
  readonly partition: number;
  readonly offset: string;
}

/** Messages are published in about the order in which they were written: a transaction that was open holds its own back. */
const ABOUT_SECONDS = 60;

/** Compares messages of the table with messages of topics. It does no I/O. */
export class Comparison {
  readonly #expected = new Map<string, ExpectedMessage & { copies: number }>();
  readonly #topics = new Set<string>();
  readonly #sources = new Set<string>();
  readonly #partitions = new Map<string, number>();
  /** By partition: the time of the oldest message there, where something before it was removed. */
  readonly #begins = new Map<string, number>();
  readonly #cut = new Set<string>();
  /** By topic: what its retention removes nothing younger than, in seconds since 1970. */
  readonly #safeFrom = new Map<string, number>();
  readonly #strangers: Stranger[] = [];
  readonly #choice: MessageChoice;
  readonly #shards: number;

  constructor(choice: MessageChoice, shards: number) {
    this.#choice = choice;
    this.#shards = shards;
  }

  expect(message: ExpectedMessage): void {
    this.#expected.set(message.id, { ...message, copies: 0 });
    this.know(message);
  }

  get size(): number {
    return this.#expected.size;
  }

  /** A topic that is to be read, and a source whose messages there are of this outbox. */
  know({ topic, source }: { topic: string; source: string }): void {
    this.#sources.add(source);
    if (this.#choice.topic === undefined || this.#choice.topic === topic) this.#topics.add(topic);
  }

  get topics(): string[] {
    return [...this.#topics].toSorted();
  }

  /** What may be of commits that the server lost; asked for once the topics are read. */
  get strangers(): readonly Stranger[] {
    return this.#strangers;
  }

  began(ends: readonly TopicEnds[]): void {
    for (const { topic, partition, earliest } of ends) {
      this.#partitions.set(topic, (this.#partitions.get(topic) ?? 0) + 1);
      if (earliest > 0n) this.#cut.add(`${topic}/${partition}`);
    }
  }

  /** What the topics' retention may remove at the time `now`, in ms. Without it, whatever is old enough to be at a beginning. */
  knowRetention(topics: readonly TopicDescription[], now: number): void {
    for (const { topic, retentionMs, retentionBytes, compacted } of topics) {
      if (retentionBytes !== -1 || compacted) continue;
      const kept = retentionMs < 0 ? Number.POSITIVE_INFINITY : retentionMs;
      this.#safeFrom.set(topic, (now - kept) / 1_000 + ABOUT_SECONDS);
    }
  }

  saw({ topic, partition }: TopicPartition, { offset, key, headers }: FetchedMessage): void {
    const header = (name: string): string | undefined => headers.find(([found]) => found === name)?.[1].toString();
    const [id, time, source, sequence] = [
      header('ce_id'),
      header('ce_time'),
      header('ce_source'),
      header('ce_sequence'),
    ];
    const place = `${topic}/${partition}`;
    const writtenAt = time === undefined ? Number.NaN : Date.parse(time);
    if (!this.#begins.has(place) && !Number.isNaN(writtenAt)) {
      this.#begins.set(place, writtenAt / 1_000);
    }
    const expected = id === undefined ? undefined : this.#expected.get(id);
    if (expected !== undefined && expected.topic === topic) {
      expected.copies += 1;
    } else if (id !== undefined && source !== undefined && sequence !== undefined && this.#sources.has(source)) {
      const text = key?.toString() ?? '';
      const stranger = {
        id,
        topic,
        key: text,
        shard: shardOf(topic, text, this.#shards),
        seq: Number(sequence),
        writtenAt: time ?? '',
        partition,
        offset: String(offset),
      };
      if (isOfChoice(stranger, writtenAt, this.#choice)) this.#strangers.push(stranger);
    }
  }

  /** `there`: ids of strangers that are in the table. `days`: those of which messages are still there. */
  report(there: ReadonlySet<string>, days: ReadonlySet<number>): VerifyReport {
    const missing = new Sampling<VerifiedMessage>();
    const unknown = new Sampling<VerifiedMessage>();
    const doubled = new Sampling<VerifiedMessage & { copies: number }>();
    const surplus = new Sampling<Stranger>();
    let [published, waiting, parked] = [0, 0, 0];
    for (const message of this.#expected.values()) {
      const { copies } = message;
      if (copies > 1) doubled.add({ ...plain(message), copies });
      if (message.parked) parked += 1;
      else if (!message.published) waiting += 1;
      else {
        published += 1;
        if (copies === 0) (this.#mayBeRemoved(message) ? unknown : missing).add(plain(message));
      }
    }
    for (const stranger of this.#strangers) {
      const day = Math.floor(Date.parse(stranger.writtenAt) / 86_400_000);
      if (!there.has(stranger.id) && days.has(day)) surplus.add(stranger);
    }
    return {
      topics: this.topics,
      published,
      waiting,
      parked,
      missing: missing.done(),
      unknown: unknown.done(),
      doubled: doubled.done(),
      surplus: surplus.done(),
    };
  }

  /**
   * The partition's beginning is gone, what is left of it begins later than, or about when, the message was written, and
   * the topic's retention removes what is so old.
   */
  #mayBeRemoved({ topic, key, seconds }: ExpectedMessage): boolean {
    if (seconds >= (this.#safeFrom.get(topic) ?? Number.POSITIVE_INFINITY)) return false;
    const place = `${topic}/${partitionOf(Buffer.from(key), this.#partitions.get(topic) ?? 1)}`;
    return this.#cut.has(place) && seconds <= (this.#begins.get(place) ?? Number.POSITIVE_INFINITY) + ABOUT_SECONDS;
  }
}

const plain = ({ id, topic, key, shard, seq, writtenAt }: VerifiedMessage): VerifiedMessage => ({
  id,
  topic,
  key,
  shard,
  seq,
  writtenAt,
});

function isOfChoice(
  { key, shard, seq }: VerifiedMessage,
  writtenAt: number,
  { key: wanted, shard: ofShard, from = 1, to = Number.MAX_SAFE_INTEGER, since, until }: MessageChoice,
): boolean {
  return (
    (wanted === undefined || key === wanted) &&
    (ofShard === undefined || shard === ofShard) &&
    seq >= from &&
    seq <= to &&
    (since === undefined || writtenAt >= since.getTime()) &&
    (until === undefined || writtenAt < until.getTime())
  );
}
