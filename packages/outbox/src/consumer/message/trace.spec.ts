import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { defineEvent } from '../../event/index.ts';
import { on } from '../on.ts';
import type { HandledMessage } from './route.ts';
import { asBatchSpan, asConsumerSpan } from './trace.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const manager = new AsyncLocalStorageContextManager();
beforeAll(() => {
  context.setGlobalContextManager(manager.enable());
});
afterAll(() => context.disable());

const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const;
const handler = on(defineEvent({ type: 'x', topic: 't', key: () => 'k', schema }), () => {});
const message = (headers: Record<string, string>): HandledMessage => ({
  kind: 'handle',
  message: { offset: 0n, key: null, value: null, headers: [] },
  envelope: { id: '1', type: 'x', source: '/x', time: '2026-01-01T00:00:00Z', sequence: null, headers },
  handler,
  upcaster: null,
});
const written = message({ traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` });
const place = { groupId: 'g', partition: { topic: 't', partition: 0 } };

/** The trace that what is written inside joins. */
async function traceInside(routed: HandledMessage): Promise<string | undefined> {
  let inside: string | undefined;
  await asConsumerSpan({ ...place, routed }, async () => {
    await Promise.resolve();
    inside = trace.getSpanContext(context.active())?.traceId;
  });
  return inside;
}

test('where nobody takes spans the writer’s trace is passed on all the same', async () => {
  expect(await traceInside(written)).toBe(TRACE_ID);
  expect(await traceInside(message({}))).toBeUndefined();
});

test('the trace of whoever began the consumer is passed on to no event', async () => {
  const outside = trace.setSpanContext(context.active(), {
    traceId: TRACE_ID,
    spanId: 'b7ad6b7169203331',
    traceFlags: 1,
  });
  await context.with(outside, async () => {
    expect(await traceInside(message({}))).toBeUndefined();
    await asBatchSpan({ ...place, messages: [written] }, async () => {
      expect(trace.getSpanContext(context.active())).toBeUndefined();
    });
  });
});

test('an error passes', async () => {
  const failing = asConsumerSpan({ ...place, routed: written }, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
});
