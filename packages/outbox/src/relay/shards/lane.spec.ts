import { describe, expect, test } from '@jest/globals';
import type { StoredMessage } from '../../reader/message.ts';
import { type Lane, laneMessage } from './lane.ts';

const stored = (headers: StoredMessage['headers']): StoredMessage => ({
  shard: 0,
  seq: 1,
  id: '0198a2f0-0000-7000-8000-000000000001',
  topic: 't',
  key: 'k',
  type: 'test.noted',
  source: '/test',
  headers,
  payload: Buffer.alloc(1_000),
  micros: 0,
});

describe('what a message takes', () => {
  const bytes = (headers: StoredMessage['headers']): number => laneMessage({} as Lane, stored(headers)).bytes;

  test('counts its headers: a send of many large ones would be refused by the broker as a whole', () => {
    expect(bytes({ claim: 'x'.repeat(100_000), other: 'y' }) - bytes(null)).toBe(5 + 100_000 + 5 + 1);
    expect(bytes(null)).toBeGreaterThanOrEqual(1_000);
  });
});
