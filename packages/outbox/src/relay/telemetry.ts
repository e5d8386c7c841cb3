import { channel } from 'node:diagnostics_channel';
import { metrics } from '@opentelemetry/api';
import type { PublishResult } from '../publisher/publisher.ts';
import { CHANNELS, INSTRUMENTATION, METRICS } from '../telemetry/names.ts';
import type { Lane, LaneMessage } from './shards/lane.ts';

const reads = channel(CHANNELS.read);
const batches = channel(CHANNELS.published);
const checkpoints = channel(CHANNELS.checkpoint);
const leases = channel(CHANNELS.lease);
const parkings = channel(CHANNELS.parked);
const drops = channel(CHANNELS.memoryDropped);

/** What a relay reports about itself. */
export interface RelayTelemetry {
  read(shards: number, rows: number, tookMs: number): void;
  answered(batch: readonly LaneMessage[], results: readonly PublishResult[], tookMs: number): void;
  checkpointed(shards: number): void;
  lease(lane: Lane, held: boolean): void;
  parked(lane: Lane, keys: number, messages: number): void;
  lost(lane: Lane, reason: string): void;
  memoryDropped(lane: Lane, reason: string): void;
}

export function createRelayTelemetry(relay: string): RelayTelemetry {
  const meter = metrics.getMeter(INSTRUMENTATION);
  const published = meter.createCounter(METRICS.published);
  const failed = meter.createCounter(METRICS.publishFailed);
  const publishDuration = meter.createHistogram(METRICS.publishDuration, { unit: 's' });
  const readDuration = meter.createHistogram(METRICS.readDuration, { unit: 's' });
  const delay = meter.createHistogram(METRICS.delay, { unit: 's' });
  const lost = meter.createCounter(METRICS.leaseLost);
  const parkedMessages = meter.createCounter(METRICS.parked);

  return {
    read(count, rows, tookMs) {
      readDuration.record(tookMs / 1000);
      if (reads.hasSubscribers) {
        reads.publish({ relay, shards: count, rows });
      }
    },
    answered(batch, results, tookMs) {
      publishDuration.record(tookMs / 1000);
      const now = Date.now();
      const sent = new Map<string, number>();
      let failures = 0;
      batch.forEach(({ topic, message }, n) => {
        const result = results[n];
        if (result?.ok) {
          sent.set(topic, (sent.get(topic) ?? 0) + 1);
          delay.record(Math.max(0, now - message.micros / 1000) / 1000, { topic });
        } else {
          failures += 1;
          failed.add(1, { topic, kind: result?.kind ?? 'brokers' });
        }
      });
      for (const [topic, count] of sent) {
        published.add(count, { topic });
      }
      if (batches.hasSubscribers) {
        batches.publish({ relay, messages: batch.length, failed: failures, seconds: tookMs / 1000 });
      }
    },
    checkpointed(count) {
      if (checkpoints.hasSubscribers) {
        checkpoints.publish({ relay, shards: count });
      }
    },
    lease({ shard, epoch }, held) {
      if (leases.hasSubscribers) {
        leases.publish({ relay, shard, epoch, held });
      }
    },
    parked({ shard }, keys, messages) {
      parkedMessages.add(messages);
      if (parkings.hasSubscribers) {
        parkings.publish({ relay, shard, keys, messages });
      }
    },
    lost(_, reason) {
      lost.add(1, { reason });
    },
    memoryDropped({ shard }, reason) {
      if (drops.hasSubscribers) {
        drops.publish({ relay, shard, reason });
      }
    },
  };
}
