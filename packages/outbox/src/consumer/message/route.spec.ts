import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { defineEvent } from '../../event/index.ts';
import { EventHeadersInvalidError, EventUnknownError } from '../errors.ts';
import { on } from '../on.ts';
import { upcast } from '../upcast.ts';
import { createRouter, topicsOf, type UnknownEvents } from './route.ts';

const Placed = defineEvent({ type: 'placed', topic: 'orders', key: () => 'k', schema: z.object({}) });
const handlers = [on(Placed, () => {})];
const both = (policy: UnknownEvents) => ({ events: policy, versions: policy, foreign: policy });
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
    const route = createRouter(handlers, both('skip'));
    expect(route(at, event('placed'))).toMatchObject({ kind: 'handle', handler: handlers[0] });
    expect(route({ topic: 'elsewhere', partition: 0 }, event('placed')).kind).toBe('skip');
  });

  test.each([
    ['an event of another type', event('paid')],
    ['a message of somebody else', message({ 'x-trace': '1' })],
  ])('%s is passed over with skip, parked with park, and stops the partition with fail', (_, unknown) => {
    expect(createRouter(handlers, both('skip'))(at, unknown).kind).toBe('skip');
    expect(createRouter(handlers, both('park'))(at, unknown)).toMatchObject({ kind: 'fault', stops: false });
    const routed = createRouter(handlers, both('fail'))(at, unknown);
    expect(routed).toMatchObject({ kind: 'fault', stops: true, error: { code: 'EVENT_UNKNOWN', retryable: false } });
    expect(routed.kind === 'fault' && routed.error).toBeInstanceOf(EventUnknownError);
  });

  test('messages of others can have a policy of their own', () => {
    const route = createRouter(handlers, { events: 'park', versions: 'fail', foreign: 'skip' });
    expect(route(at, message({ 'x-trace': '1' })).kind).toBe('skip');
    expect(route(at, event('paid')).kind).toBe('fault');
    const strict = createRouter(handlers, { events: 'skip', versions: 'fail', foreign: 'fail' });
    expect(strict(at, message({})).kind).toBe('fault');
    expect(strict(at, event('paid')).kind).toBe('skip');
  });

  test('another version of an event with a handler has a policy of its own', () => {
    const route = createRouter(handlers, { events: 'skip', versions: 'park', foreign: 'skip' });
    expect(route(at, event('placed.v2'))).toMatchObject({ kind: 'fault', error: { code: 'EVENT_VERSION_UNKNOWN' } });
    expect(route({ topic: 'elsewhere', partition: 0 }, event('placed.v2')).kind).toBe('skip');
    for (const type of ['placed.v0', 'placed.v2.done', 'placed.version', 'placedv2', 'other.v2']) {
      expect(route(at, event(type)).kind).toBe('skip');
    }
    const newer = createRouter([on({ ...Placed, type: 'placed.v7' }, () => {})], { ...both('skip'), versions: 'fail' });
    expect(newer(at, event('placed'))).toMatchObject({ kind: 'fault', stops: true });
    expect(newer(at, event('placed.v6'))).toMatchObject({ kind: 'fault', stops: true });
  });

  test('finds the upcaster of an old version, in the topic it was written to', () => {
    const upcaster = upcast({ ...Placed, type: 'ordered', topic: 'old' }, () => ({}));
    const handler = on(Placed, () => {}, { upcasters: [upcaster] });
    expect(topicsOf([handler])).toEqual(['orders', 'old']);
    const route = createRouter([handler], both('fail'));
    expect(route({ topic: 'old', partition: 0 }, event('ordered'))).toMatchObject({
      kind: 'handle',
      handler,
      upcaster,
    });
    expect(route(at, event('placed'))).toMatchObject({ kind: 'handle', handler, upcaster: null });
    expect(route(at, event('ordered')).kind).toBe('fault');
    expect(() =>
      createRouter([handler, on({ ...Placed, type: 'ordered', topic: 'old' }, () => {})], both('skip')),
    ).toThrow('two handlers for ordered on old');
  });

  test('an event of ours that cannot be read is never passed over', () => {
    const routed = createRouter(handlers, both('skip'))(
      at,
      message({ ce_id: '1', ce_type: 'placed', ce_source: '/s' }),
    );
    expect(routed).toMatchObject({
      kind: 'fault',
      stops: false,
      error: { message: expect.stringContaining('orders/3 at offset 7') },
    });
    expect(routed.kind === 'fault' && routed.error).toBeInstanceOf(EventHeadersInvalidError);
  });

  test('refuses no handlers, and two for one event', () => {
    expect(() => createRouter([], both('skip'))).toThrow(expect.objectContaining({ code: 'CONSUMER_OPTIONS_INVALID' }));
    expect(() => createRouter([...handlers, ...handlers], both('skip'))).toThrow('two handlers for placed on orders');
  });
});
