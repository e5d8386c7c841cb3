import type { StoredMessage } from '../../reader/message.ts';
import { GapTracker } from '../../reader/tracker/gap-tracker.ts';
import type { ReadAnswer, ReadPlan } from '../../reader/tracker/plan.ts';
import { coalesce, type Range, toMultirange, union } from '../../reader/tracker/ranges.ts';
import { ParkedKeys, type ParkedMark } from '../parking/parked-keys.ts';

/** Ranges a checkpoint may hold. More are joined, and what was published in between is sent again after a hand-over. */
const HOLES_IN_CHECKPOINT = 1_000;

/** The right to work on a shard, as the database gave it. */
export interface LeaseGrant {
  readonly shard: number;
  readonly epoch: number;
  readonly token: string;
  /** When the server that gave it was started. */
  readonly start: string;
  readonly cursor: number;
  readonly holes: readonly Range[];
  /** Keys parked by whoever had it before. */
  readonly parked: readonly ParkedMark[];
}

/** How far a shard is published, in the form the checkpoint table keeps it. */
export interface CheckpointValue {
  readonly cursor: number;
  readonly holes: string;
}

/**
 * One shard for as long as one lease of it is held: what was read of it, and what of that is not published yet. When the
 * lease or the server's memory is lost the lane is dead, and nothing of it is remembered.
 */
export class Lane {
  readonly shard: number;
  readonly epoch: number;
  readonly token: string;
  readonly start: string;
  /** Oid of the shard's sequence. */
  readonly sequence: number;
  readonly tracker: GapTracker;
  readonly parked = new ParkedKeys();
  alive = true;
  /** By number: when it was written, in microseconds since 1970. */
  readonly #unpublished = new Map<number, number>();
  /** When the oldest of what was handed back was written, by the name it waits under. */
  readonly #deferred = new Map<string, number>();
  /** The same, of what was recalled and is not read again yet. */
  #recalled = Number.POSITIVE_INFINITY;
  #lookedAt: number;
  #drawn: number;
  #stored: CheckpointValue;

  /** `now` is milliseconds of a clock that never goes back, as in `read`. */
  constructor({ shard, epoch, token, start, cursor, holes, parked }: LeaseGrant, sequence: number, now: number) {
    this.shard = shard;
    this.epoch = epoch;
    this.token = token;
    this.start = start;
    this.sequence = sequence;
    this.tracker = new GapTracker({ cursor, holes, now });
    this.#lookedAt = now;
    this.#drawn = cursor;
    this.parked.load(parked);
    this.#stored = { cursor, holes: toMultirange(union(holes)) };
  }

  get unpublished(): number {
    return this.#unpublished.size;
  }

  /** When the latest read that was answered began. */
  get lookedAt(): number {
    return this.#lookedAt;
  }

  /** Whether every number that is known to be drawn was read or given up: only a new one could be read. */
  get settled(): boolean {
    return this.tracker.gapCount === 0 && this.tracker.unread === 0;
  }

  /** Numbers drawn and not read yet. */
  get backlog(): number {
    return Math.max(0, this.#drawn - this.tracker.cursor);
  }

  /** Messages that are committed, as far as is known, and not acknowledged. What is parked does not count. */
  get lag(): number {
    const { unread, backlog, doubtful, deferred } = this.tracker;
    return unread - backlog + this.backlog + doubtful + deferred + this.#unpublished.size;
  }

  /** When the oldest message that was read and is not acknowledged was written, in microseconds since 1970. */
  get oldestMicros(): number | undefined {
    let oldest = this.#recalled;
    for (const micros of this.#unpublished.values()) oldest = Math.min(oldest, micros);
    for (const micros of this.#deferred.values()) oldest = Math.min(oldest, micros);
    return oldest === Number.POSITIVE_INFINITY ? undefined : oldest;
  }

  /** Takes in what a read that began `at` answered. */
  read(plan: ReadPlan, answer: ReadAnswer, messages: readonly StoredMessage[], at: number): void {
    this.tracker.apply(plan, answer, at);
    this.drawnTo(answer.lastValue);
    this.#lookedAt = at;
    for (const { seq, micros } of messages) {
      this.#unpublished.set(seq, micros);
    }
    if (Number.isFinite(this.#recalled) && this.tracker.unread === this.tracker.backlog) {
      this.#recalled = Number.POSITIVE_INFINITY;
    }
  }

  /** The newest number drawn, as somebody saw who did not read. It counts as lag and proves nothing. */
  drawnTo(last: number): void {
    this.#drawn = Math.max(this.#drawn, last);
  }

  /** Somebody looked how far the sequence is. Whether it is where it was: of a lane that is settled, all is read then. */
  unmoved(last: number | undefined, at: number): boolean {
    if (last !== this.tracker.cursor) {
      return false;
    }
    this.#lookedAt = Math.max(this.#lookedAt, at);
    return true;
  }

  /** Published, or copied to where parked messages lie. */
  done(seq: number): void {
    this.#unpublished.delete(seq);
  }

  /** Rows that go back to the database until `recall(name)`. */
  defer(name: string, seqs: readonly number[]): void {
    this.tracker.defer(name, seqs);
    let oldest = this.#deferred.get(name) ?? Number.POSITIVE_INFINITY;
    for (const seq of seqs) {
      oldest = Math.min(oldest, this.#unpublished.get(seq) ?? Number.POSITIVE_INFINITY);
      this.#unpublished.delete(seq);
    }
    this.#deferred.set(name, oldest);
  }

  /** The next reads cover what was deferred under this name. */
  recall(name: string): void {
    this.tracker.recall(name);
    this.#recalled = Math.min(this.#recalled, this.#deferred.get(name) ?? Number.POSITIVE_INFINITY);
    this.#deferred.delete(name);
  }

  /** What could be stored now; undefined when it is stored already. True at any moment, now and later. */
  checkpoint(): CheckpointValue | undefined {
    const waiting = [...this.#unpublished.keys()].map((seq) => ({ from: seq, to: seq }));
    const holes = toMultirange(coalesce(union([...this.tracker.holes(), ...waiting]), HOLES_IN_CHECKPOINT));
    const { cursor } = this.tracker;
    return cursor === this.#stored.cursor && holes === this.#stored.holes ? undefined : { cursor, holes };
  }

  stored(value: CheckpointValue): void {
    this.#stored = value;
  }
}

/** A message on its way, and the lane that has to hear of it. */
export interface LaneMessage {
  readonly lane: Lane;
  readonly message: StoredMessage;
  readonly topic: string;
  readonly key: string;
  readonly bytes: number;
  /** It was parked, and lies there until it is published. */
  readonly redriven: boolean;
}

export function laneMessage(lane: Lane, message: StoredMessage, redriven = false): LaneMessage {
  const { topic, key, type, source, payload, headers } = message;
  const bytes = FRAME_BYTES + key.length + type.length + source.length + payload.length + sizeOf(headers);
  return { lane, message, topic, key, bytes, redriven };
}

/** What CloudEvents and Kafka's own framing add, at the most: seven headers with names and lengths, and the record's frame. */
const FRAME_BYTES = 256;

function sizeOf(headers: StoredMessage['headers']): number {
  let size = 0;
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0);
  return size;
}
