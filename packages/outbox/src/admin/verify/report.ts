/** A message, and where it belongs. */
export interface VerifiedMessage {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly shard: number;
  /** Its number within the shard. */
  readonly seq: number;
  /** RFC 3339, UTC. */
  readonly writtenAt: string;
}

/** Some messages of a kind: how many there are, and the first of them. */
export interface Sample<T> {
  readonly count: number;
  /** At most 100. */
  readonly first: readonly T[];
}

/** What `verify` found. It can be turned into JSON. */
export interface VerifyReport {
  readonly topics: readonly string[];
  /** Messages that are published as far as the database knows, and so have to be on their topic. */
  readonly published: number;
  /** Chosen messages that are not published yet, or parked; nothing is said about them. */
  readonly waiting: number;
  readonly parked: number;
  /** Published, and not on the topic. */
  readonly missing: Sample<VerifiedMessage>;
  /**
   * Not on the topic, but older than what the topic still has of their partition, or not a minute younger: its retention
   * may have removed them. Where retention is known, only what is old enough for it.
   */
  readonly unknown: Sample<VerifiedMessage>;
  /** More than once on the topic. That is allowed: a message is published at least once, and consumers know it by its id. */
  readonly doubled: Sample<VerifiedMessage & { readonly copies: number }>;
  /**
   * On the topic with the source of this outbox, and not in its table: of commits that the server lost, in a promotion or a
   * restore. Only of days of which messages are still there.
   */
  readonly surplus: Sample<VerifiedMessage & { readonly partition: number; readonly offset: string }>;
}

const MOST = 100;

/** Collects a sample. */
export class Sampling<T> {
  readonly #first: T[] = [];
  #count = 0;

  add(one: T): void {
    this.#count += 1;
    if (this.#first.length < MOST) this.#first.push(one);
  }

  done(): Sample<T> {
    return { count: this.#count, first: this.#first };
  }
}
