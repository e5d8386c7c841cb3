import { channel } from 'node:diagnostics_channel';
import { metrics } from '@opentelemetry/api';
import { partitionName, type TopicPartition } from '../subscriber/index.ts';
import { CHANNELS, INSTRUMENTATION, METRICS } from '../telemetry/names.ts';
import type { CommittedBatch } from './lane/observer.ts';
import type { PlacedEvent } from './message/calls.ts';
import type { ConsumerProblem, PartitionStatus } from './status.ts';

const batches = channel(CHANNELS.batch);
const failures = channel(CHANNELS.handleFailed);
const parkings = channel(CHANNELS.consumerParked);
const redrives = channel(CHANNELS.redriven);
const assignments = channel(CHANNELS.assigned);

/** What a consumer reports about itself. */
export interface ConsumerTelemetry {
  committed(partition: TopicPartition, batch: CommittedBatch): void;
  failed(problem: ConsumerProblem & { kind: 'message' }): void;
  parked(problem: ConsumerProblem & { kind: 'parked' }): void;
  redriven(partition: TopicPartition, messages: number, done: readonly PlacedEvent[]): void;
  assigned(partitions: readonly TopicPartition[]): void;
  /** Reports lag, parked keys and stuck partitions, whenever metrics are collected, until the answer is called. */
  observe(partitions: () => readonly PartitionStatus[]): () => void;
}

export function createConsumerTelemetry(group: string): ConsumerTelemetry {
  const meter = metrics.getMeter(INSTRUMENTATION);
  const handled = meter.createCounter(METRICS.handled);
  const duplicate = meter.createCounter(METRICS.duplicates);
  const skipped = meter.createCounter(METRICS.skipped);
  const failed = meter.createCounter(METRICS.handleFailed);
  const parkedMessages = meter.createCounter(METRICS.consumerParked);
  const redriven = meter.createCounter(METRICS.redriven);
  const duration = meter.createHistogram(METRICS.batchDuration, { unit: 's' });
  const delay = meter.createHistogram(METRICS.consumerDelay, { unit: 's' });
  const lag = meter.createObservableGauge(METRICS.consumerLag);
  const parkedKeys = meter.createObservableGauge(METRICS.consumerParkedKeys);
  const stuck = meter.createObservableGauge(METRICS.stuck);

  const late = (done: readonly PlacedEvent[], attributes: { group: string; topic: string }): void => {
    const now = Date.now();
    for (const { message } of done) {
      delay.record(Math.max(0, now - Date.parse(message.envelope.time)) / 1000, attributes);
    }
  };

  return {
    committed({ topic, partition }, { messages, handled: fresh, done, duplicates, parked, tookMs }) {
      const attributes = { group, topic };
      handled.add(fresh, attributes);
      duplicate.add(duplicates, attributes);
      skipped.add(messages.filter(({ kind }) => kind === 'skip').length, attributes);
      parkedMessages.add(parked, attributes);
      duration.record(tookMs / 1000, attributes);
      late(done, attributes);
      if (batches.hasSubscribers) {
        const counts = { messages: messages.length, handled: fresh, duplicates, parked };
        batches.publish({ group, topic, partition, ...counts, seconds: tookMs / 1000 });
      }
    },
    failed({ topic, type, ...problem }) {
      failed.add(1, { group, topic, type: type ?? 'unknown' });
      if (failures.hasSubscribers) {
        failures.publish({ group, topic, type, ...problem });
      }
    },
    parked(problem) {
      if (parkings.hasSubscribers) {
        parkings.publish({ group, ...problem });
      }
    },
    redriven({ topic, partition }, messages, done) {
      redriven.add(messages, { group, topic });
      late(done, { group, topic });
      if (redrives.hasSubscribers) {
        redrives.publish({ group, topic, partition, messages });
      }
    },
    assigned(partitions) {
      if (assignments.hasSubscribers) {
        assignments.publish({ group, partitions });
      }
    },
    observe(partitions) {
      // The SDK goes on reporting the last value of a partition that went to another consumer, until told otherwise.
      const seen = new Map<string, TopicPartition>();
      const callback: Parameters<typeof meter.addBatchObservableCallback>[0] = (result) => {
        const owned = new Map(partitions().map((status) => [partitionName(status), status]));
        for (const [name, { topic, partition }] of owned) {
          seen.set(name, { topic, partition });
        }
        for (const [name, place] of seen) {
          const status = owned.get(name);
          const isStuck = status?.state === 'failing' || status?.state === 'out-of-range';
          result.observe(lag, status?.lag ?? 0, { group, ...place });
          result.observe(parkedKeys, status?.parkedKeys ?? 0, { group, ...place });
          result.observe(stuck, isStuck ? 1 : 0, { group, ...place });
        }
      };
      meter.addBatchObservableCallback(callback, [lag, parkedKeys, stuck]);
      return () => meter.removeBatchObservableCallback(callback, [lag, parkedKeys, stuck]);
    },
  };
}
