import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { context, propagation, ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { MAKING } from '../testing/facts.ts';
import { createOrderSystem, type OrderSystem } from '../testing/order-system.ts';
import { startWorkers } from '../testing/workers.ts';

let system: OrderSystem;
let workers: AsyncDisposable;

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  system = await createOrderSystem();
  workers = await startWorkers({ name: 'one', ...system });
}, 60_000);

afterAll(async () => {
  await workers?.[Symbol.asyncDispose]();
  await system?.[Symbol.asyncDispose]();
  context.disable();
  propagation.disable();
}, 30_000);

/** Runs `work` as a consumer would that continues the trace of a message. */
const inTraceOf = <T>(traceId: string, work: () => Promise<T>): Promise<T> =>
  context.with(
    trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: '00f067aa0ba902b7', traceFlags: TraceFlags.SAMPLED }),
    work,
  );

test('an activity runs in the trace of the message that caused it', async () => {
  const submitted = 'a'.repeat(32);
  const accepted = 'b'.repeat(32);
  const started = 'c'.repeat(32);
  const order = await inTraceOf(submitted, () => system.submit());
  await order.reaches('PRICED');
  await inTraceOf(accepted, () => order.accept());
  await order.reaches('APPROVED');
  await inTraceOf(started, () => order.tell('manufacturing-started'));
  await order.reaches('IN_MANUFACTURING');
  for (const kind of [...MAKING.slice(1), 'delivered'] as const) await order.tell(kind);
  await order.handle.result();
  const moves = await order.moves();
  expect(moves.map((move) => [move.to, move.trace_id])).toEqual([
    ['PRICING', submitted],
    ['PRICED', submitted],
    ['APPROVED', accepted],
    ['IN_MANUFACTURING', started],
    ['MANUFACTURING_COMPLETED', null],
    ['PACKED', null],
    ['SHIPPED', null],
    ['DELIVERED', null],
  ]);
}, 60_000);
