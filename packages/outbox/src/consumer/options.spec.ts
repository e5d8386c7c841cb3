import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { z } from 'zod';
import { defineEvent } from '../event/index.ts';
import { type ConsumerOptions, createConsumer } from './create-consumer.ts';
import { on } from './on.ts';
import type { RetryPolicy } from './parking/policy.ts';

const event = defineEvent({ type: 'counted', topic: 't', key: () => 'k', schema: z.unknown() });
const handler = (retry?: RetryPolicy) => on(event, () => {}, retry === undefined ? {} : { retry });

/** Nothing connects before it is started. */
const create = (options: Partial<ConsumerOptions>) =>
  createConsumer({
    db: new pg.Pool(),
    subscriber: {
      subscribe() {
        throw new Error('not started');
      },
    },
    groupId: 'g',
    handlers: [handler()],
    ...options,
  });

const asynchronous = (async () => 'wait') as unknown as NonNullable<RetryPolicy['judge']>;

describe('options that cannot work are refused at once, by name', () => {
  test.each<[string, Partial<ConsumerOptions>]>([
    ['groupId', { groupId: '' }],
    ['concurrency', { concurrency: 0 }],
    ['maxBatchSize', { maxBatchSize: 1.5 }],
    ['handlerTimeoutMs', { handlerTimeoutMs: 0 }],
    ['handlerTimeoutMs', { handlerTimeoutMs: 2 ** 31 }],
    ['handlerTimeoutMs', { handlerTimeoutMs: Number.POSITIVE_INFINITY }],
    ['stopTimeoutMs', { stopTimeoutMs: Number.POSITIVE_INFINITY }],
    ['stopTimeoutMs', { stopTimeoutMs: -1 }],
    ['stopTimeoutMs', { stopTimeoutMs: Number.NaN }],
    ['inboxDays', { inboxDays: 13 }],
    ['retry.attempts', { retry: { attempts: 0 } }],
    ['retry.firstMs', { retry: { firstMs: Number.NaN } }],
    ['retry.firstMs', { handlers: [handler({ firstMs: 0 })] }],
    ['retry.maxMs', { retry: { maxMs: Number.POSITIVE_INFINITY } }],
    ['retry.judge', { retry: { judge: asynchronous } }],
    ['retry.judge', { handlers: [handler({ judge: asynchronous })] }],
  ])('%s: %p', (name, options) => {
    expect(() => create(options)).toThrow(
      expect.objectContaining({ code: 'CONSUMER_OPTIONS_INVALID', message: expect.stringContaining(name) }),
    );
  });

  test('those at the limits are not', () => {
    const retry = { firstMs: 0.5 + 0.5, maxMs: 2_000_000_000, attempts: Number.POSITIVE_INFINITY };
    create({ stopTimeoutMs: 0, handlerTimeoutMs: 2_000_000_000, retry });
  });
});
