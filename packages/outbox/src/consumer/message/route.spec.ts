import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineEvent } from '../../event/index.ts';
import { EventHeadersInvalidError, EventUnknownError } from '../errors.ts';
import { on } from '../on.ts';
import { createRouter } from './route.ts';

const Placed = defineEvent({ type: 'placed', topic: 'orders', key: () => 'k', schema: z.object({}) });
const handlers = [on(Placed, () => {})];
const at = { topic: 'orders', partition: 3 };
const message = (headers: Record<string, string>) => ({
  offset: 7n,
  key: null,
  value: null,
  headers: Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)] as const),
});
const event = (type: string) =>
  message({ ce_id: '1', ce_type: type, ce_source: '/s', ce_time: '2026-11-21T00:00:00Z' });

describe('createRouter', () => {
  test('finds the handler by topic and type', () => {
    const route = createRouter(handlers, 'skip');
    expect(route(at, event('placed'))).toMatchObject({ kind: 'handle', handler: handlers[0] });
    expect(route({ topic: 'elsewhere', partition: 0 }, event('placed')).kind).toBe('skip');
  });

  test.each([
    ['an event of another type', event('paid')],
    ['a message of somebody else', message({ 'x-trace': '1' })],
  ])('%s is passed over with skip and stops the partition with fail', (_, unknown) => {
    expect(createRouter(handlers, 'skip')(at, unknown).kind).toBe('skip');
    const routed = createRouter(handlers, 'fail')(at, unknown);
    expect(routed).toMatchObject({ kind: 'fault', error: { code: 'EVENT_UNKNOWN', retryable: false } });
    expect(routed.kind === 'fault' && routed.error).toBeInstanceOf(EventUnknownError);
  });

  test('an event of ours that cannot be read is never passed over', () => {
    const routed = createRouter(handlers, 'skip')(at, message({ ce_id: '1', ce_type: 'placed', ce_source: '/s' }));
    expect(routed).toMatchObject({
      kind: 'fault',
      error: { message: expect.stringContaining('orders/3 at offset 7') },
    });
    expect(routed.kind === 'fault' && routed.error).toBeInstanceOf(EventHeadersInvalidError);
  });

  test('refuses no handlers, and two for one event', () => {
    expect(() => createRouter([], 'skip')).toThrow(expect.objectContaining({ code: 'CONSUMER_OPTIONS_INVALID' }));
    expect(() => createRouter([...handlers, ...handlers], 'skip')).toThrow('two handlers for placed on orders');
  });
});
