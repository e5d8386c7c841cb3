import type { ReadResult } from '../../reader/read.ts';
import type { Lane } from './lane.ts';

/** Why what is remembered of a shard does not count any more. */
export type LossReason =
  | 'lease-lost'
  | 'checkpoint-refused'
  | 'server-restarted'
  | 'token-gone'
  | 'standby'
  | 'sequence-changed'
  | 'sequence-behind';

const LEAVING_MS = 3_000;

/** The shards this relay works on. A lane that is lost is dead at once; nothing of it is published any more. */
export class Lanes {
  readonly #byShard = new Map<number, Lane>();
  /** Lanes being given up, and since when. */
  readonly #leaving = new Map<Lane, number>();
  readonly #lost: (lane: Lane, reason: LossReason) => void;

  constructor(lost: (lane: Lane, reason: LossReason) => void) {
    this.#lost = lost;
  }

  all(): Lane[] {
    return [...this.#byShard.values()];
  }

  /** Lanes to read: all but those that are being given up. */
  readable(): Lane[] {
    return this.all().filter((lane) => !this.#leaving.has(lane));
  }

  /**
   * Lanes being given up of which everything read is published, or of which something still waits after a while: a key
   * that Kafka refuses must not keep a shard from its new owner, who reads what waits again.
   */
  ready(now: number): Lane[] {
    return [...this.#leaving].flatMap(([lane, since]) =>
      lane.alive && (lane.unpublished === 0 || now - since > LEAVING_MS) ? [lane] : [],
    );
  }

  of(shard: number): Lane | undefined {
    return this.#byShard.get(shard);
  }

  shards(): Set<number> {
    return new Set(this.#byShard.keys());
  }

  add(lane: Lane): void {
    this.#byShard.set(lane.shard, lane);
  }

  leave(shard: number, now: number): void {
    const lane = this.#byShard.get(shard);
    if (lane !== undefined && !this.#leaving.has(lane)) {
      this.#leaving.set(lane, now);
    }
  }

  remove(lane: Lane): void {
    lane.alive = false;
    this.#leaving.delete(lane);
    if (this.#byShard.get(lane.shard) === lane) {
      this.#byShard.delete(lane.shard);
    }
  }

  lose(lane: Lane, reason: LossReason): void {
    if (lane.alive) {
      this.remove(lane);
      this.#lost(lane, reason);
    }
  }
}

/** Whether the server that answered a read still is what the lane's memory rests on; the reason when it is not. */
export function distrust(
  lane: Lane,
  { start, standby, lanes }: ReadResult,
): Exclude<LossReason, 'lease-lost' | 'checkpoint-refused'> | undefined {
  const answer = lanes.find(({ shard }) => shard === lane.shard);
  if (standby) return 'standby';
  if (start !== lane.start) return 'server-restarted';
  if (answer === undefined || !answer.dense) return 'sequence-changed';
  if (answer.token !== lane.token) return 'token-gone';
  // Numbers would be drawn again: rows up to the cursor would never be looked at. Somebody has to set it right.
  return answer.answer.lastValue < lane.tracker.cursor ? 'sequence-behind' : undefined;
}
