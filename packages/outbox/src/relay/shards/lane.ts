import { GapTracker } from '../../reader/gap-tracker.ts';
import type { StoredMessage } from '../../reader/message.ts';
import { coalesce, type Range, toMultirange, union } from '../../reader/ranges.ts';
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
  readonly #unpublished = new Set<number>();
  #stored: CheckpointValue;

  constructor({ shard, epoch, token, start, cursor, holes, parked }: LeaseGrant, sequence: number) {
    this.shard = shard;
    this.epoch = epoch;
    this.token = token;
    this.start = start;
    this.sequence = sequence;
    this.tracker = new GapTracker({ cursor, holes });
    this.parked.load(parked);
    this.#stored = { cursor, holes: toMultirange(union(holes)) };
  }

  get unpublished(): number {
    return this.#unpublished.size;
  }

  read(seqs: readonly number[]): void {
    for (const seq of seqs) {
      this.#unpublished.add(seq);
    }
  }

  /** Published, or copied to where parked messages lie. */
  done(seq: number): void {
    this.#unpublished.delete(seq);
  }

  /** Rows that go back to the database until `tracker.recall(name)`. */
  defer(name: string, seqs: readonly number[]): void {
    this.tracker.defer(name, seqs);
    for (const seq of seqs) {
      this.#unpublished.delete(seq);
    }
  }

  /** What could be stored now; undefined when it is stored already. True at any moment, now and later. */
  checkpoint(): CheckpointValue | undefined {
    const waiting = [...this.#unpublished].map((seq) => ({ from: seq, to: seq }));
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
  const { topic, key, payload, headers } = message;
  return { lane, message, topic, key, bytes: FRAME_BYTES + payload.length + key.length + sizeOf(headers), redriven };
}

/** What CloudEvents and Kafka's own framing add, about. */
const FRAME_BYTES = 512;

function sizeOf(headers: StoredMessage['headers']): number {
  let size = 0;
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0);
  return size;
}
