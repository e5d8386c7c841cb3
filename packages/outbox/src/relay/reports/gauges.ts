import { metrics } from '@opentelemetry/api';
import { INSTRUMENTATION, METRICS } from '../../telemetry/names.ts';
import type { RelayStatus, ShardStatus } from '../status.ts';
import type { With } from './trouble.ts';

export interface Observed {
  readonly status: () => RelayStatus;
  readonly troubledBy: (kind: With) => boolean;
}

/**
 * Reports how a relay stands, whenever metrics are collected, until the answer is called. Nothing is asked of Postgres or
 * Kafka, so it also works while they do not.
 *
 * An SDK goes on reporting the last value of what is no longer observed. So a shard that went to another relay, and a relay
 * that has stopped, are reported as 0.
 */
export function observeRelay(relay: string, { status, troubledBy }: Observed): () => void {
  const meter = metrics.getMeter(INSTRUMENTATION);
  const byShard = [
    [meter.createObservableGauge(METRICS.lease), () => 1],
    [meter.createObservableGauge(METRICS.backlog), ({ backlog }) => backlog],
    [meter.createObservableGauge(METRICS.lag), ({ lag }) => lag],
    [meter.createObservableGauge(METRICS.lagDuration, { unit: 's' }), ({ lagSeconds }) => lagSeconds],
    [meter.createObservableGauge(METRICS.oldestAge, { unit: 's' }), ({ oldestSeconds }) => oldestSeconds],
    [meter.createObservableGauge(METRICS.gaps), ({ gaps }) => gaps],
    [meter.createObservableGauge(METRICS.gapAge, { unit: 's' }), ({ oldestGapSeconds }) => oldestGapSeconds],
    [meter.createObservableGauge(METRICS.parkedKeys), ({ parkedKeys }) => parkedKeys],
  ] satisfies [unknown, (shard: ShardStatus) => number][];
  const shards = meter.createObservableGauge(METRICS.shards);
  const waiting = meter.createObservableGauge(METRICS.waiting);
  const trouble = meter.createObservableGauge(METRICS.trouble);
  const instruments = [...byShard.map(([gauge]) => gauge), shards, waiting, trouble];
  const seen = new Set<number>();
  let over = false;

  const report: Parameters<typeof meter.addBatchObservableCallback>[0] = (observer) => {
    const now = status();
    const held = new Map(over ? [] : now.shards.map((each) => [each.shard, each]));
    for (const shard of held.keys()) seen.add(shard);
    for (const shard of seen) {
      const each = held.get(shard);
      for (const [gauge, value] of byShard) {
        observer.observe(gauge, each === undefined ? 0 : value(each), { relay, shard });
      }
    }
    observer.observe(shards, held.size, { relay });
    observer.observe(waiting, over ? 0 : now.waiting.length, { relay });
    for (const kind of ['kafka', 'database'] as const) {
      observer.observe(trouble, !over && troubledBy(kind) ? 1 : 0, { relay, with: kind });
    }
    // Not in the midst of a collection: the callback that comes next would be passed over.
    if (over) setImmediate(() => meter.removeBatchObservableCallback(report, instruments));
  };
  meter.addBatchObservableCallback(report, instruments);
  return () => {
    over = true;
  };
}
