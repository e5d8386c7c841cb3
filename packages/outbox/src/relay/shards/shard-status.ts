import type { ShardStatus } from '../status.ts';
import type { Lane } from './lane.ts';

/** Two clocks: milliseconds that never go back, and milliseconds since 1970. */
export interface Clocks {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** What is known of a shard. Asks nobody. */
export function shardStatus(lane: Lane, { monotonicMs, wallMs }: Clocks): ShardStatus {
  const { shard, epoch, tracker, backlog, unpublished, lag, parked, lookedAt, oldestMicros } = lane;
  const oldestSeconds = oldestMicros === undefined ? 0 : Math.max(0, wallMs - oldestMicros / 1_000) / 1_000;
  return {
    shard,
    epoch,
    cursor: tracker.cursor,
    backlog,
    gaps: tracker.gapCount,
    oldestGapSeconds: (monotonicMs - (tracker.oldestGapSince ?? monotonicMs)) / 1_000,
    unpublished,
    lag,
    lagSeconds: Math.max(oldestSeconds, (monotonicMs - lookedAt) / 1_000),
    oldestSeconds,
    parkedKeys: parked.size,
  };
}
