/**
 * Every name under which this package reports what it does. OpenTelemetry instruments and spans come from the global
 * providers of `@opentelemetry/api`; without an SDK they cost nothing. Diagnostics channels carry plain objects and cost
 * nothing without a subscriber.
 */

/** Name of the meter and the tracer. */
export const INSTRUMENTATION = '@bezel/outbox';

/** Metrics. Counters count since the process started; durations are in seconds. */
export const METRICS = {
  /** Counter, by topic and type: messages written into transactions (which may still roll back). */
  written: 'bezel.outbox.written',
  /** Counter, by topic: messages the brokers acknowledged, repeats included. */
  published: 'bezel.outbox.published',
  /** Counter, by topic and kind: messages the brokers refused or did not answer for. */
  publishFailed: 'bezel.outbox.publish_failed',
  /** Histogram: how long one batch took to be acknowledged. */
  publishDuration: 'bezel.outbox.publish.duration',
  /** Histogram: how long one read of the outbox took. */
  readDuration: 'bezel.outbox.read.duration',
  /** Histogram, by topic: from a message's `created_at` to its acknowledgement, by the clocks of server and relay. */
  delay: 'bezel.outbox.delay',
  /** Gauge, by relay and shard: 1 while this relay holds its lease, 0 when it held it before. */
  lease: 'bezel.outbox.lease',
  /** Counter, by reason (`lease-lost`, `checkpoint-refused`, `server-restarted` …): leases lost that were not given up. */
  leaseLost: 'bezel.outbox.lease.lost',
  /** Gauge, by relay and shard: numbers drawn from the sequence and not read yet. */
  backlog: 'bezel.outbox.backlog',
  /** Gauge, by relay and shard: messages committed and not acknowledged, read or not; parked ones do not count. */
  lag: 'bezel.outbox.lag',
  /** Gauge, by relay and shard, seconds: what was written and committed longer ago is published or parked. Grows while nothing is read. */
  lagDuration: 'bezel.outbox.lag.duration',
  /** Gauge, by relay and shard, seconds: since when the oldest message that was read and not acknowledged is written; 0 without one. */
  oldestAge: 'bezel.outbox.oldest.age',
  /** Gauge, by relay and shard: ranges of numbers below the cursor that are not visible yet and not given up. */
  gaps: 'bezel.outbox.gaps',
  /** Gauge, by relay and shard, seconds: since when the relay knows the oldest gap that somebody may still fill; 0 without one. */
  gapAge: 'bezel.outbox.gap.age',
  /** Gauge, by relay: keys and topics that wait because Kafka refuses them; they are tried again. */
  waiting: 'bezel.outbox.waiting',
  /** Gauge, by relay and with (`kafka`, `database`): 1 while it does not answer. */
  trouble: 'bezel.outbox.trouble',
  /** Gauge, by relay and shard: topics and keys of which a message was refused for good. Alert on anything above 0. */
  parkedKeys: 'bezel.outbox.parked_keys',
  /** Counter: messages parked. */
  parked: 'bezel.outbox.parked',
  /** Gauge, by relay: shards it holds the lease of. */
  shards: 'bezel.outbox.shards',
  /** Gauge, by slot: bytes a slot of the ring takes on disk, its index included. */
  slotBytes: 'bezel.outbox.slot.bytes',
  /** Counter, by outcome (`emptied`, `empty`, `current`, `unpublished`, `locked`): looks at a slot by retention. */
  slotLooks: 'bezel.outbox.slot.looks',
  /** Counter, by group and topic: events whose effects committed. */
  handled: 'bezel.outbox.consumer.handled',
  /** Counter, by group and topic: copies of events that had been handled before. */
  duplicates: 'bezel.outbox.consumer.duplicates',
  /** Counter, by group and topic: messages nobody asked for. */
  skipped: 'bezel.outbox.consumer.skipped',
  /** Counter, by group, topic and type: tries that failed and will be repeated. */
  handleFailed: 'bezel.outbox.consumer.failed',
  /** Counter, by group and topic: messages parked, as the first of their key or behind it. */
  consumerParked: 'bezel.outbox.consumer.parked',
  /** Counter, by group and topic: messages that left the parking: handled, discarded or known already. */
  redriven: 'bezel.outbox.consumer.redriven',
  /** Gauge, by group, topic and partition: keys that are parked. Alert on anything above 0. */
  consumerParkedKeys: 'bezel.outbox.consumer.parked_keys',
  /** Histogram, by group and topic: how long one transaction took, from its claim to its commit. */
  batchDuration: 'bezel.outbox.consumer.batch.duration',
  /** Histogram, by group and topic: from an event's `ce_time` to the commit of its effects, by the clocks of both. */
  consumerDelay: 'bezel.outbox.consumer.delay',
  /** Gauge, by group, topic and partition: offsets between the position and the end. */
  consumerLag: 'bezel.outbox.consumer.lag',
  /** Gauge, by group, topic and partition: 1 while it stands at a message that fails or cannot go on at all. */
  stuck: 'bezel.outbox.consumer.stuck',
} as const;

/** `node:diagnostics_channel` names. */
export const CHANNELS = {
  /** `{ relay, shards, rows }`: one read returned. */
  read: 'bezel.outbox.relay.read',
  /** `{ relay, messages, failed, seconds }`: one batch was answered. */
  published: 'bezel.outbox.relay.published',
  /** `{ relay, shards }`: checkpoints were stored. */
  checkpoint: 'bezel.outbox.relay.checkpoint',
  /** `{ relay, shard, epoch, held }`: a lease was won or given up. */
  lease: 'bezel.outbox.relay.lease',
  /** `{ relay, shard, keys, messages }`: keys and messages were parked. */
  parked: 'bezel.outbox.relay.parked',
  /** `{ relay, shard, reason }`: what was remembered of a shard was dropped, because the server cannot vouch for it. */
  memoryDropped: 'bezel.outbox.relay.memory-dropped',
  /** `{ slot, bytes, outcome }`: retention looked at a slot of the ring. */
  retention: 'bezel.outbox.retention',
  /** `{ group, topic, partition, messages, handled, duplicates, parked, seconds }`: one batch committed. */
  batch: 'bezel.outbox.consumer.batch',
  /** `{ group, topic, partition, offset, id, attempts, retryInMs, error }`: one message failed. */
  handleFailed: 'bezel.outbox.consumer.failed',
  /** `{ group, topic, partition, offset, id, type, key, attempts, error }`: a key was parked, or failed in its redrive. */
  consumerParked: 'bezel.outbox.consumer.parked',
  /** `{ group, topic, partition, messages }`: messages left the parking. */
  redriven: 'bezel.outbox.consumer.redriven',
  /** `{ group, partitions }`: Kafka said which partitions this consumer owns. */
  assigned: 'bezel.outbox.consumer.assigned',
} as const;
