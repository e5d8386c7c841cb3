import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { waitFor } from '@bezel/local/testing';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { context, metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { AggregationTemporality, type DataPoint, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { createAdmin } from '../admin/create-admin.ts';
import { CHANNELS, METRICS } from '../telemetry/names.ts';
import { consumingTest, range } from '../testing/fixtures/consumer/consuming.ts';
import { counted, effects, recordEffect } from '../testing/fixtures/consumer/effects.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';
import { createOutbox } from '../writer/create-outbox.ts';
import { on } from './on.ts';
import { createConsumerTelemetry } from './telemetry.ts';

jest.setTimeout(60_000);

class OnDemandReader extends MetricReader {
  override async onForceFlush(): Promise<void> {}
  override async onShutdown(): Promise<void> {}
  override selectAggregationTemporality = () => AggregationTemporality.CUMULATIVE;
}

const spans = new InMemorySpanExporter();
const reader = new OnDemandReader();
const meters = new MeterProvider({ readers: [reader] });
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }));
metrics.setGlobalMeterProvider(meters);
afterAll(() => meters.shutdown());

/** The points of one instrument that belong to a group. */
async function points(name: string, group: string): Promise<DataPoint<unknown>[]> {
  const { resourceMetrics } = await reader.collect();
  return resourceMetrics.scopeMetrics
    .flatMap((scope) => scope.metrics)
    .filter(({ descriptor }) => descriptor.name === name)
    .flatMap(({ dataPoints }) => dataPoints as DataPoint<unknown>[])
    .filter(({ attributes }) => attributes['group'] === group);
}

describe.each(SUBSCRIBERS)('what a consumer on $client tells', ({ subscriber }) => {
  test('its spans continue the writer’s trace, and what a handler writes continues them', async () => {
    await using test = await consumingTest(subscriber);
    const outbox = createOutbox({ source: '/test' });
    const { pool } = test.database;
    const written = async (topic: string) => {
      const { rows } = await pool.query('SELECT id, headers FROM outbox.message WHERE topic = $1', [topic]);
      return rows[0];
    };
    const origin = trace.getTracer('test').startSpan('request');
    await context.with(trace.setSpan(context.active(), origin), async () => {
      const client = await pool.connect();
      await client.query('BEGIN');
      await outbox.write(client, counted(test.topic), { key: 'k', n: 1 });
      await client.query('COMMIT');
      client.release();
    });
    origin.end();
    const message = await written(test.topic);
    await test.send([{ n: 1, id: message.id, headers: message.headers }]);
    let seen: string | undefined;
    let failOnce = true;
    await test.start({
      handlers: [
        recordEffect(test.topic, {
          before: async (n, { tx }) => {
            seen = trace.getActiveSpan()?.spanContext().spanId;
            await outbox.write(tx, counted('next'), { key: 'k', n });
            if (failOnce) {
              failOnce = false;
              throw new Error('once');
            }
          },
        }),
      ],
    });
    await waitFor('the effect', async () => (await effects(pool)).length === 1);
    const { traceId } = origin.spanContext();
    const mine = spans.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
    const [create] = mine.filter(({ name }) => name === `create ${test.topic}`);
    const processed = mine.filter(({ name }) => name === `process ${test.topic}`);
    expect(processed.map(({ kind, status }) => [kind, status.code])).toEqual([
      [SpanKind.CONSUMER, SpanStatusCode.ERROR],
      [SpanKind.CONSUMER, SpanStatusCode.UNSET],
    ]);
    for (const span of processed) {
      expect(span.parentSpanContext?.spanId).toBe(create?.spanContext().spanId);
      expect(span.attributes).toMatchObject({
        'messaging.system': 'kafka',
        'messaging.destination.name': test.topic,
        'messaging.consumer.group.name': test.groupId,
        'messaging.message.id': message.id,
      });
    }
    expect(seen).toBe(processed[1]?.spanContext().spanId);
    expect((await written('next')).headers.traceparent).toContain(`00-${traceId}-`);
  });

  test('the span of a batch is linked to the trace of each of its events', async () => {
    await using test = await consumingTest(subscriber);
    const traces = [randomUUID(), randomUUID()].map((id) => id.replaceAll('-', ''));
    await test.send([
      ...traces.map((id, n) => ({ n, headers: { traceparent: `00-${id}-00f067aa0ba902b7-01` } })),
      { n: 2 },
    ]);
    let seen: string | undefined;
    await test.start({
      handlers: [
        on.batch(counted(test.topic), () => {
          seen = trace.getActiveSpan()?.spanContext().spanId;
        }),
      ],
    });
    await waitFor('the end', async () => (await test.positions())[0] === 3);
    const [span, ...more] = spans
      .getFinishedSpans()
      .filter(({ attributes }) => attributes['messaging.consumer.group.name'] === test.groupId);
    expect(more).toEqual([]);
    expect(span).toMatchObject({ kind: SpanKind.CONSUMER, attributes: { 'messaging.batch.message_count': 3 } });
    expect(span?.links.map(({ context: { traceId } }) => traceId)).toEqual(traces);
    expect(span?.spanContext().spanId).toBe(seen);
  });

  test('counts what it handled, dropped, passed over and failed, and shows where it is stuck', async () => {
    await using test = await consumingTest(subscriber);
    const published: Record<string, unknown>[] = [];
    const listen = (message: unknown) => void published.push(message as Record<string, unknown>);
    const channels = [CHANNELS.assigned, CHANNELS.batch, CHANNELS.handleFailed];
    for (const channel of channels) {
      subscribe(channel, listen);
    }
    const twice = { n: 1, id: randomUUID(), time: new Date().toISOString() };
    await test.send([
      { n: 0 },
      twice,
      twice,
      { n: 2, headers: { ce_type: 'test.other' } },
      { n: -1 },
      ...range(3, 9).map((n) => ({ n })),
    ]);
    const consumer = await test.start({
      handlers: [
        recordEffect(test.topic, {
          before: (n) => {
            if (n === -1) {
              throw new Error('poison');
            }
          },
        }),
      ],
    });
    await waitFor('two tries', () => (consumer.status().partitions[0]?.failing?.attempts ?? 0) >= 2);
    for (const channel of channels) {
      unsubscribe(channel, listen);
    }
    const value = async (name: string) => (await points(name, test.groupId)).map((point) => point.value);
    expect(await value(METRICS.handled)).toEqual([2]);
    expect(await value(METRICS.duplicates)).toEqual([1]);
    expect(await value(METRICS.skipped)).toEqual([1]);
    expect(await value(METRICS.stuck)).toEqual([1]);
    expect(await value(METRICS.consumerLag)).toEqual([7]);
    expect((await points(METRICS.handleFailed, test.groupId))[0]?.attributes).toMatchObject({ type: 'test.counted' });
    expect((await points(METRICS.consumerDelay, test.groupId))[0]?.value).toMatchObject({ count: 3 });
    const here = { group: test.groupId, topic: test.topic, partition: 0 };
    expect(published).toContainEqual({ group: test.groupId, partitions: [{ topic: test.topic, partition: 0 }] });
    expect(published).toContainEqual({
      ...here,
      messages: 4,
      handled: 2,
      duplicates: 1,
      parked: 0,
      seconds: expect.any(Number),
    });
    expect(published).toContainEqual(expect.objectContaining({ ...here, offset: '4', attempts: 2 }));
  });

  test('counts what it parked and what it brought back, and shows how many keys are parked', async () => {
    await using test = await consumingTest(subscriber);
    const published: Record<string, unknown>[] = [];
    const listen = (message: unknown) => void published.push(message as Record<string, unknown>);
    const channels = [CHANNELS.consumerParked, CHANNELS.redriven];
    for (const channel of channels) {
      subscribe(channel, listen);
    }
    let broken = true;
    await test.send(range(0, 6).map((n) => ({ n, key: n % 2 === 0 ? 'a' : 'b' })));
    const consumer = await test.start({
      retry: { firstMs: 10, attempts: 1 },
      handlers: [
        recordEffect(test.topic, {
          before: (n) => {
            if (broken && n === 0) {
              throw new Error('poison');
            }
          },
        }),
      ],
    });
    await waitFor('the end', () => consumer.status().partitions[0]?.position === '6');
    const value = async (name: string) => (await points(name, test.groupId)).map((point) => point.value);
    expect(await value(METRICS.consumerParked)).toEqual([3]);
    // What is parked is late when it is brought back, and counts then.
    expect((await points(METRICS.consumerDelay, test.groupId))[0]?.value).toMatchObject({ count: 3 });
    expect(await value(METRICS.consumerParkedKeys)).toEqual([1]);
    expect(await value(METRICS.stuck)).toEqual([0]);
    broken = false;
    await createAdmin(test.database.pool).consumers.redrive();
    await waitFor('the end of it', () => consumer.status().partitions[0]?.parkedKeys === 0);
    expect(await value(METRICS.redriven)).toEqual([3]);
    expect((await points(METRICS.consumerDelay, test.groupId))[0]?.value).toMatchObject({ count: 6 });
    expect(await value(METRICS.consumerParkedKeys)).toEqual([0]);
    for (const channel of channels) {
      unsubscribe(channel, listen);
    }
    const here = { group: test.groupId, topic: test.topic, partition: 0 };
    expect(published).toMatchObject([
      {
        ...here,
        offset: '0',
        type: 'test.counted',
        key: 'a',
        attempts: expect.any(Number),
        error: { message: 'poison' },
      },
      { ...here, messages: 3 },
    ]);
  });
});

test('a partition that went to another consumer is reported as stuck no longer', async () => {
  const group = randomUUID();
  const lost = {
    topic: 't',
    partition: 3,
    state: 'failing',
    position: '1',
    lag: 9,
    buffered: 0,
    parkedKeys: 0,
    failing: null,
  } as const;
  let owned: readonly (typeof lost)[] = [lost];
  const stop = createConsumerTelemetry(group).observe(() => owned);
  const values = async (name: string) => (await points(name, group)).map(({ value }) => value);
  expect([await values(METRICS.stuck), await values(METRICS.consumerLag)]).toEqual([[1], [9]]);
  owned = [];
  expect([await values(METRICS.stuck), await values(METRICS.consumerLag)]).toEqual([[0], [0]]);
  stop();
});
