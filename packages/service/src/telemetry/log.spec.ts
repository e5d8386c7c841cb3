import { beforeAll, describe, expect, test } from '@jest/globals';
import { trace } from '@opentelemetry/api';
import { concernsOrder, inSpan, startTracing, withOrder } from './index.ts';
import { createLog } from './log.ts';
import { withOrderToCome } from './order.ts';

const lines: Record<string, unknown>[] = [];
const log = createLog({ write: (line) => void lines.push(JSON.parse(line)) });

const written = (write: () => void): Record<string, unknown> => {
  lines.length = 0;
  write();
  return lines[0] ?? {};
};

beforeAll(() => {
  startTracing({ service: 'test' });
});

describe('a log line', () => {
  test('is ECS: level, time and message under their names there', () => {
    expect(written(() => log.info('hello'))).toMatchObject({
      'log.level': 'info',
      'ecs.version': expect.any(String),
      '@timestamp': expect.stringMatching(/^\d{4}-.*Z$/),
      message: 'hello',
    });
  });

  test('carries the trace it was written in, and none outside', async () => {
    await inSpan('work', {}, async () => {
      expect(written(() => log.info('x'))['trace.id']).toBe(trace.getActiveSpan()?.spanContext().traceId);
    });
    expect(written(() => log.info('x'))['trace.id']).toBeUndefined();
  });

  test('carries the order it concerns, also one found out on the way and after a wait', async () => {
    withOrder('o1', () => expect(written(() => log.info('x'))['order.id']).toBe('o1'));
    await withOrderToCome(async () => {
      expect(written(() => log.info('x'))['order.id']).toBeUndefined();
      concernsOrder('o2');
      await Promise.resolve();
      expect(written(() => log.info('x'))['order.id']).toBe('o2');
    });
    expect(written(() => log.info('x'))['order.id']).toBeUndefined();
  });

  test('has an error with its type, message and stack', () => {
    expect(written(() => log.error({ err: new TypeError('bad') }, 'x'))['error']).toMatchObject({
      type: 'TypeError',
      message: 'bad',
      stack_trace: expect.stringContaining('TypeError: bad'),
    });
  });

  test('never shows a secret', () => {
    const line = written(() =>
      log.info(
        {
          authorization: 'Bearer s3cret',
          headers: { authorization: 'Bearer s3cret', cookie: 's3cret' },
          config: { databaseUrl: 'postgres://u:s3cret@h/d', clientSecret: 's3cret' },
          token: 's3cret',
        },
        'x',
      ),
    );
    expect(JSON.stringify(line)).not.toMatch(/s3cret/);
    expect(line['token']).toBe('[redacted]');
  });
});
