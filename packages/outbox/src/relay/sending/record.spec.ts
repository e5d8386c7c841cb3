import { describe, expect, test } from '@jest/globals';
import { timeOf, toRecord } from './record.ts';

const message = {
  shard: 3,
  seq: 41,
  id: '0198a6d4-7c1e-7b52-9d7f-3f5e2b8c4a10',
  topic: 'bookshop.orders',
  key: 'Bücher-1',
  type: 'bookshop.order-placed',
  source: '/bücher',
  headers: { traceparent: '00-1-2-01', note: 'ü' },
  payload: Buffer.from([0x7b, 0xff, 0x7d]),
  micros: 1_767_225_599_000_007,
};

describe('toRecord', () => {
  test('a CloudEvent in binary mode; key and value are the bytes that were written', () => {
    const { topic, key, value, headers } = toRecord(message);
    expect(topic).toBe('bookshop.orders');
    expect(key.toString()).toBe('Bücher-1');
    expect(value).toBe(message.payload);
    expect(headers.map(([name, bytes]) => [name, bytes.toString()])).toEqual([
      ['ce_specversion', '1.0'],
      ['ce_id', message.id],
      ['ce_type', 'bookshop.order-placed'],
      ['ce_source', '/bücher'],
      ['ce_time', '2025-12-31T23:59:59.000007Z'],
      ['ce_sequence', '0000000000000000041'],
      ['content-type', 'application/json'],
      ['traceparent', '00-1-2-01'],
      ['note', 'ü'],
    ]);
    expect(toRecord({ ...message, headers: null }).headers).toHaveLength(7);
    expect(toRecord(message, 1_767_225_600_123).timestamp).toBe(1_767_225_600_123);
  });

  test('more types than are remembered all keep their names', () => {
    const types = Array.from({ length: 2_500 }, (_, n) => `type-${n}`);
    const named = (type: string) => toRecord({ ...message, type }).headers[2]?.[1].toString();
    expect([...types, ...types].map(named)).toEqual([...types, ...types]);
  });
});

describe('timeOf', () => {
  test('microseconds, whichever order the seconds come in', () => {
    expect(
      [1_767_225_600_000_000, 1_767_225_599_999_999, 1_767_225_600_123_456, 0, 1_767_225_600_999_999].map(timeOf),
    ).toEqual([
      '2026-01-01T00:00:00.000000Z',
      '2025-12-31T23:59:59.999999Z',
      '2026-01-01T00:00:00.123456Z',
      '1970-01-01T00:00:00.000000Z',
      '2026-01-01T00:00:00.999999Z',
    ]);
  });
});
