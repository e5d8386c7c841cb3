import { randomUUID } from 'node:crypto';
import { createTopic, networkPath, testServers, waitFor } from '@bezel/local/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { context, metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import pg from 'pg';
import { METRICS } from '../../telemetry/names.ts';
import { createAdmin } from '../../testing/fixtures/kafka/clients.ts';
import { PUBLISHERS } from '../../testing/fixtures/kafka/publishers.ts';
import { outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { noted } from '../../testing/fixtures/outbox/events.ts';
import { openTransaction } from '../../testing/fixtures/outbox/transactions.ts';
import { writeNumbered } from '../../testing/fixtures/outbox/writing.ts';
import { createOutbox } from '../../writer/create-outbox.ts';
import { createRelay } from '../create-relay.ts';

jest.setTimeout(60_000);

class OnDemandReader extends MetricReader {
  override async onForceFlush(): Promise<void> {}
  override async onShutdown(): Promise<void> {}
  override selectAggregationTemporality = () => AggregationTemporality.CUMULATIVE;
}

const spans = new InMemorySpanExporter();
const reader = new OnDemandReader();
const meters = new MeterProvider({ readers: [reader] });
beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }));
  metrics.setGlobalMeterProvider(meters);
});
beforeEach(() => spans.reset());
afterAll(() => meters.shutdown());

type Attributes = Record<string, string | number>;

/** What an SDK would export now: the one value of an instrument with these attributes; undefined when it has none. */
async function value<T = number>(name: string, wanted: Attributes): Promise<T | undefined> {
  const { resourceMetrics, errors } = await reader.collect();
  expect(errors).toEqual([]);
  const points = resourceMetrics.scopeMetrics
    .flatMap((scope) => scope.metrics)
    .filter(({ descriptor }) => descriptor.name === name)
    .flatMap(({ dataPoints }) => dataPoints as { attributes: Attributes; value: unknown }[])
    .filter(({ attributes }) => Object.entries(wanted).every(([key, each]) => attributes[key] === each));
  expect(points.length).toBeLessThanOrEqual(1);
  return points[0]?.value as T | undefined;
}

/** Waits until it is seen to grow: two values, the second larger than the first, the first larger than 0. */
async function grows(name: string, wanted: Attributes): Promise<void> {
  const first = await waitFor(`${name} above 0`, () => value(name, wanted));
  await waitFor(`${name} to grow`, async () => ((await value(name, wanted)) ?? 0) > first);
}

const becomes = (name: string, wanted: Attributes, expected: number) =>
  waitFor(`${name} to be ${expected}`, async () => (await value(name, wanted)) === expected);

const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(':') + 1));
const oneShard = () => outboxDatabase({ shards: 1 });
const retry = { firstMs: 20, maxMs: 100 };

function anyPublisher() {
  const [first] = PUBLISHERS;
  if (first === undefined) throw new Error('there is no publisher');
  return first.publisher(undefined, 500);
}

describe('what a relay reports', () => {
  test('with Kafka away: what waits, read or not, and how old it is; with Kafka back: nothing', async () => {
    using path = networkPath(portOf(testServers().kafkaBrokers[0] ?? ''));
    await using database = await oneShard();
    const topic = await createTopic('lag');
    const event = noted(topic);
    await using relay = createRelay({ db: database.pool, publisher: anyPublisher(), maxMessagesInMemory: 20, retry });
    await relay.start();
    const own = { relay: relay.status().relay };
    const shard = { ...own, shard: 0 };
    path.cut();
    await writeNumbered(database.pool, event, { from: 0, count: 50 });
    await becomes(METRICS.trouble, { ...own, with: 'kafka' }, 1);
    await becomes(METRICS.lag, shard, 50);
    // No room to read any more, and yet it is seen what comes.
    await writeNumbered(database.pool, event, { from: 50, count: 30 });
    await becomes(METRICS.lag, shard, 80);
    expect(relay.status().shards[0]?.unpublished).toBeLessThanOrEqual(20);
    await grows(METRICS.oldestAge, shard);
    await grows(METRICS.lagDuration, shard);
    const { oldestSeconds = 0, lagSeconds = 0, backlog } = relay.status().shards[0] ?? {};
    expect(lagSeconds).toBeGreaterThanOrEqual(oldestSeconds);
    expect(await value(METRICS.backlog, shard)).toBe(backlog);

    path.mend();
    await becomes(METRICS.lag, shard, 0);
    await becomes(METRICS.oldestAge, shard, 0);
    await becomes(METRICS.trouble, { ...own, with: 'kafka' }, 0);
    await waitFor(
      'lag that is small again',
      async () => ((await value(METRICS.lagDuration, shard)) ?? 99) < lagSeconds,
    );
    expect(await value(METRICS.published, { topic })).toBe(80);
    expect(await value<{ count: number }>(METRICS.delay, { topic })).toMatchObject({ count: 80 });
    expect(await value(METRICS.publishFailed, { topic, kind: 'brokers' })).toBeGreaterThan(0);
  });

  test('with Postgres away: since when nothing was read', async () => {
    using path = networkPath(Number(new URL(testServers().postgresUrl).port));
    await using database = await oneShard();
    const pool = new pg.Pool({ connectionString: database.url, max: 5 });
    const relay = createRelay({ db: pool, publisher: anyPublisher(), retry });
    try {
      await relay.start();
      const own = { relay: relay.status().relay };
      const shard = { ...own, shard: 0 };
      await becomes(METRICS.lease, shard, 1);
      path.cut();
      await becomes(METRICS.trouble, { ...own, with: 'database' }, 1);
      await grows(METRICS.lagDuration, shard);
      // It knows of no message that waits.
      expect(await value(METRICS.oldestAge, shard)).toBe(0);
      const before = (await value(METRICS.lagDuration, shard)) ?? 0;
      path.mend();
      await waitFor('a read', async () => ((await value(METRICS.lagDuration, shard)) ?? before) < before);
      await becomes(METRICS.trouble, { ...own, with: 'database' }, 0);
    } finally {
      path.mend();
      await relay.stop();
      await pool.end();
    }
  });

  test('reads that fail are trouble, told once, until they work, although leases are renewed meanwhile', async () => {
    await using database = await oneShard();
    const { pool } = database;
    const told: string[] = [];
    await using relay = createRelay({
      db: pool,
      publisher: anyPublisher(),
      leaseMs: 200,
      retry,
      onError: ({ error }) => told.push(error.message),
    });
    await relay.start();
    const own = { relay: relay.status().relay };
    await becomes(METRICS.lease, { ...own, shard: 0 }, 1);
    await pool.query('ALTER TABLE outbox.message RENAME TO gone');
    await becomes(METRICS.trouble, { ...own, with: 'database' }, 1);
    const renewals = async () => Number((await pool.query('SELECT renewals FROM outbox.lease')).rows[0].renewals);
    const before = await renewals();
    await waitFor('renewals', async () => (await renewals()) > before + 10);
    expect(relay.status().trouble).toMatchObject({ with: 'database' });
    expect(told).toEqual([expect.stringContaining('outbox.message')]);
    await grows(METRICS.lagDuration, { ...own, shard: 0 });
    await pool.query('ALTER TABLE outbox.gone RENAME TO message');
    await becomes(METRICS.trouble, { ...own, with: 'database' }, 0);
  });

  test('an open transaction is a gap with an age, also when reads leave it out, and it is no lag', async () => {
    await using database = await oneShard();
    const event = noted(await createTopic('gap'));
    await using relay = createRelay({ db: database.pool, publisher: anyPublisher(), pace: { idleMs: 1 } });
    await relay.start();
    const shard = { relay: relay.status().relay, shard: 0 };
    await using open = await openTransaction(database.pool);
    await createOutbox({ source: '/test' }).writeMany(
      open.client,
      event,
      // So many that reads leave the gap out as soon as they may.
      Array.from({ length: 300 }, (_, n) => ({ data: { key: 'open', n } })),
    );
    await writeNumbered(database.pool, event, { from: 0, count: 5 });
    await waitFor('the others', () => relay.status().published === 5);
    expect(await value(METRICS.gaps, shard)).toBeGreaterThan(0);
    await grows(METRICS.gapAge, shard);
    await becomes(METRICS.lag, shard, 0);
    expect(await value(METRICS.oldestAge, shard)).toBe(0);
    await open.end('COMMIT');
    await waitFor('its messages', () => relay.status().published === 305);
    await becomes(METRICS.gaps, shard, 0);
    await becomes(METRICS.gapAge, shard, 0);
  });

  test('a topic that is not there: what waits in the database is lag too, and as old as its oldest', async () => {
    await using database = await oneShard();
    const topic = `absent-${randomUUID()}`;
    await using relay = createRelay({ db: database.pool, publisher: anyPublisher(), maxMessagesInMemory: 40, retry });
    await relay.start();
    const own = { relay: relay.status().relay };
    const shard = { ...own, shard: 0 };
    await writeNumbered(database.pool, noted(topic), { from: 0, count: 200 });
    await becomes(METRICS.waiting, own, 1);
    await waitFor('most of it to be handed back', () => {
      const [{ unpublished = 40, backlog = 1 } = {}] = relay.status().shards;
      return unpublished < 40 && backlog === 0;
    });
    expect(await value(METRICS.lag, shard)).toBe(200);
    await grows(METRICS.oldestAge, shard);
    await using admin = await createAdmin();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
    await becomes(METRICS.lag, shard, 0);
    await becomes(METRICS.oldestAge, shard, 0);
    await becomes(METRICS.waiting, own, 0);
    expect(relay.status().published).toBe(200);
  });

  test('a key that is parked is counted, and is lag no more', async () => {
    await using database = await oneShard();
    const topic = await createTopic('parked', { config: { 'max.message.bytes': '5000' } });
    await using relay = createRelay({ db: database.pool, publisher: anyPublisher(), retry });
    await relay.start();
    const shard = { relay: relay.status().relay, shard: 0 };
    const before = (await value(METRICS.parked, {})) ?? 0;
    await using tx = await openTransaction(database.pool);
    const outbox = createOutbox({ source: '/test' });
    await outbox.write(tx.client, noted(topic), { key: 'a', n: 0, text: 'x'.repeat(20_000) });
    await outbox.write(tx.client, noted(topic), { key: 'a', n: 1 });
    await tx.end('COMMIT');
    await becomes(METRICS.parkedKeys, shard, 1);
    await becomes(METRICS.parked, {}, before + 2);
    await becomes(METRICS.lag, shard, 0);
    expect(await value(METRICS.oldestAge, shard)).toBe(0);
  });

  test('its leases: those it holds, those it lost and why, and none when it has stopped', async () => {
    await using database = await outboxDatabase({ shards: 2 });
    const relay = createRelay({ db: database.pool, publisher: anyPublisher(), leaseMs: 60_000 });
    try {
      await relay.start();
      const own = { relay: relay.status().relay };
      await becomes(METRICS.shards, own, 2);
      expect(await value(METRICS.lease, { ...own, shard: 1 })).toBe(1);
      await database.pool.query(`UPDATE outbox.lease SET owner = 'heir', epoch = epoch + 1 WHERE shard = 1`);
      await becomes(METRICS.lease, { ...own, shard: 1 }, 0);
      expect(await value(METRICS.lease, { ...own, shard: 0 })).toBe(1);
      expect(await value(METRICS.leaseLost, { reason: 'lease-lost' })).toBe(1);
      await relay.stop();
      expect(await value(METRICS.shards, own)).toBe(0);
      expect(await value(METRICS.lease, { ...own, shard: 0 })).toBe(0);
    } finally {
      await relay.stop();
    }
  });
});

test.each(PUBLISHERS)('a message that $client sends is a span of its writer’s trace', async ({ publisher }) => {
  await using database = await oneShard();
  const topic = await createTopic('traced');
  let failOnce = true;
  const client = publisher();
  await using relay = createRelay({
    db: database.pool,
    publisher: {
      publish(messages) {
        if (!failOnce) return client.publish(messages);
        failOnce = false;
        throw new Error('once');
      },
      close: () => client.close(),
    },
    retry,
  });
  const origin = trace.getTracer('test').startSpan('request');
  await using tx = await openTransaction(database.pool);
  const { id } = await context.with(trace.setSpan(context.active(), origin), () =>
    createOutbox({ source: '/test' }).write(tx.client, noted(topic), { key: 'k', n: 1 }),
  );
  origin.end();
  await tx.end('COMMIT');
  await relay.start();
  await waitFor('the message', () => relay.status().published === 1);

  const { traceId, spanId } = origin.spanContext();
  const mine = spans.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
  const [create] = mine.filter(({ name }) => name === `create ${topic}`);
  expect(create?.parentSpanContext?.spanId).toBe(spanId);
  const published = mine.filter(({ name }) => name === `publish ${topic}`);
  expect(published.map(({ kind, status }) => [kind, status.code])).toEqual([
    [SpanKind.PRODUCER, SpanStatusCode.ERROR],
    [SpanKind.PRODUCER, SpanStatusCode.UNSET],
  ]);
  for (const span of published) {
    expect(span.parentSpanContext?.spanId).toBe(create?.spanContext().spanId);
    expect(span.attributes).toMatchObject({
      'messaging.system': 'kafka',
      'messaging.destination.name': topic,
      'messaging.message.id': id,
    });
  }
});
