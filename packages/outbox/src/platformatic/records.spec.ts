import { describe, expect, test } from '@jest/globals';
import { visibleMessages } from './records.ts';

const TRANSACTIONAL = 0b01_0000;
const CONTROL = 0b11_0000;
const batch = (
  firstOffset: number,
  count: number,
  { producer = -1, attributes = 0, key = null as Buffer | null } = {},
) => ({
  firstOffset: BigInt(firstOffset),
  lastOffsetDelta: count - 1,
  attributes,
  producerId: BigInt(producer),
  length: 0,
  partitionLeaderEpoch: 0,
  magic: 2,
  crc: 0,
  firstTimestamp: 0n,
  maxTimestamp: 0n,
  producerEpoch: 0,
  firstSequence: 0,
  records: Array.from({ length: count }, (_, offsetDelta) => ({
    length: 0,
    attributes: 0,
    timestampDelta: 0n,
    offsetDelta,
    key,
    value: Buffer.from('v'),
    headers: [[Buffer.from('h'), null]] as [Buffer | null, Buffer | null][],
  })),
});
const written = (firstOffset: number, count: number, producer: number) =>
  batch(firstOffset, count, { producer, attributes: TRANSACTIONAL });
const marker = (offset: number, producer: number, type: 'abort' | 'commit') =>
  batch(offset, 1, { producer, attributes: CONTROL, key: Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]) });
const offsets = (result: ReturnType<typeof visibleMessages>) => result.messages.map(({ offset }) => Number(offset));

describe('visibleMessages', () => {
  test('leaves out what lies before the position, and reads on behind the last batch', () => {
    const result = visibleMessages({ records: [batch(10, 5), batch(15, 2)], abortedTransactions: null }, 12n);
    expect(offsets(result)).toEqual([12, 13, 14, 15, 16]);
    expect(result.next).toBe(17n);
    expect(result.messages[0]?.headers).toEqual([['h', Buffer.alloc(0)]]);
  });

  test('drops aborted transactions, among committed ones of the same producer and of others', () => {
    const records = [
      written(0, 2, 1),
      written(2, 2, 2),
      marker(4, 1, 'abort'),
      written(5, 1, 1),
      marker(6, 1, 'commit'),
      marker(7, 2, 'commit'),
      written(8, 1, 1),
    ];
    const abortedTransactions = [
      { producerId: 1n, firstOffset: 8n },
      { producerId: 1n, firstOffset: 0n },
    ];
    const result = visibleMessages({ records, abortedTransactions }, 0n);
    // The marker of the last one is not in this fetch; it is aborted all the same.
    expect(offsets(result)).toEqual([2, 3, 5]);
    expect(result.next).toBe(9n);
  });

  test('passes over a stretch of markers only', () => {
    const result = visibleMessages({ records: [marker(3, 1, 'commit')], abortedTransactions: [] }, 3n);
    expect(result).toEqual({ messages: [], next: 4n });
  });

  test('an empty answer moves nothing', () => {
    expect(visibleMessages({ records: null, abortedTransactions: null }, 5n)).toEqual({ messages: [], next: 5n });
  });
});
