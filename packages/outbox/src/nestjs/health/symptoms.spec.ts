import { describe, expect, test } from '@jest/globals';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import type { ConsumerStatus, PartitionStatus } from '../../consumer/status.ts';
import type { RelayStatus, ShardStatus } from '../../relay/status.ts';
import { consumerSymptoms } from './consumer-symptoms.ts';
import type { OutboxHealth } from './health-indicator.ts';
import { relaySymptoms } from './relay-symptoms.ts';

const CLOCKS = { now: 10_000, wallNow: Date.parse('2026-01-01T00:01:00.000Z') };
const trouble = { with: 'kafka', message: 'refused', since: '2026-01-01T00:00:58.500Z' } as const;

const idle: ShardStatus = {
  ...{ shard: 3, epoch: 1, cursor: 70, backlog: 0, gaps: 0, oldestGapSeconds: 0, unpublished: 0 },
  ...{ lag: 0, lagSeconds: 0.02, oldestSeconds: 0, parkedKeys: 0 },
};
const relay: RelayStatus = {
  ...{ state: 'running', relay: 'r', trouble: null, shards: [idle], waiting: [], parked: [], published: 70 },
};
const ofRelay = (status: Partial<RelayStatus>) => relaySymptoms({ ...relay, ...status }, CLOCKS);

const flowing: PartitionStatus = {
  ...{ topic: 'shop.orders', partition: 3, state: 'flowing', position: '9', lag: 0, buffered: 0 },
  ...{ parkedKeys: 0, failing: null },
};
const failing = { offset: '9', id: null, type: null, key: null, attempts: 7, message: 'no such table' };
const consumer: ConsumerStatus = { state: 'running', joined: true, trouble: null, partitions: [flowing] };
const ofConsumer = (status: Partial<ConsumerStatus>) => consumerSymptoms({ ...consumer, ...status }, CLOCKS);

describe('a relay is well', () => {
  test.each<[string, Partial<RelayStatus>]>([
    ['with nothing to do', {}],
    ['without a shard: it stands by', { shards: [] }],
    ['when a key waits', { waiting: [{ topic: 't', key: 'k', failures: 9, message: 'no leader' }] }],
    ['when a key is parked', { parked: [{ topic: 't', key: 'k', reason: 'too large', redriving: false }] }],
  ])('%s', (_, status) => {
    expect(ofRelay(status)).toEqual([]);
  });
});

describe('a relay has a symptom', () => {
  test.each<[Partial<RelayStatus>, object]>([
    [{ state: 'stopping' }, { kind: 'fault', message: 'the relay is stopping' }],
    [{ trouble }, { kind: 'trouble', message: 'kafka: refused', since: 8_500 }],
    [
      { waiting: [{ topic: 't', key: null, failures: 1, message: 'unknown topic' }] },
      { kind: 'trouble', message: 'the topic t is refused: unknown topic' },
    ],
    [{ shards: [idle, { ...idle, lag: 5 }] }, { kind: 'standstill', message: expect.stringMatching(/5 messages/) }],
    [{ shards: [{ ...idle, lagSeconds: 40 }] }, { kind: 'standstill' }],
  ])('with %j', (status, symptom) => {
    expect(ofRelay(status)).toEqual([expect.objectContaining(symptom)]);
  });

  test('of another name as soon as something was published or read', () => {
    const shards = [{ ...idle, lag: 5 }];
    const [still, published, read] = [
      ofRelay({ shards }),
      ofRelay({ shards, published: 71 }),
      ofRelay({ shards: [{ ...idle, lag: 5, cursor: 71 }] }),
    ].map(([symptom]) => symptom?.id);
    expect(new Set([still, published, read]).size).toBe(3);
  });
});

describe('a consumer is well', () => {
  test.each<[string, Partial<ConsumerStatus>]>([
    ['with nothing to do', {}],
    ['without a partition', { partitions: [] }],
    ['when a key is parked', { partitions: [{ ...flowing, parkedKeys: 2 }] }],
    ['before its first fetch', { partitions: [{ ...flowing, lag: null }] }],
  ])('%s', (_, status) => {
    expect(ofConsumer(status)).toEqual([]);
  });
});

describe('a consumer has a symptom', () => {
  test.each<[Partial<ConsumerStatus>, object]>([
    [{ state: 'new' }, { kind: 'fault', message: 'the consumer is new' }],
    [{ trouble }, { kind: 'trouble', message: 'kafka: refused', since: 8_500 }],
    [{ joined: false }, { kind: 'trouble', message: expect.stringMatching(/not a member/) }],
    [
      { partitions: [flowing, { ...flowing, state: 'out-of-range', position: null }] },
      { kind: 'fault', message: expect.stringMatching(/shop\.orders\/3: its position is not among/) },
    ],
    [
      { partitions: [{ ...flowing, state: 'failing', lag: 1, failing }] },
      { kind: 'standstill', message: 'shop.orders/3 stands still: no such table' },
    ],
    [
      { partitions: [{ ...flowing, state: 'opening', position: null, lag: null }] },
      { kind: 'standstill', message: expect.stringMatching(/cannot be read/) },
    ],
    [{ partitions: [{ ...flowing, lag: 4 }] }, { kind: 'standstill', message: expect.stringMatching(/4 messages/) }],
  ])('with %j', (status, symptom) => {
    expect(ofConsumer(status)).toEqual([expect.objectContaining(symptom)]);
  });

  test('of another name as soon as the partition moved', () => {
    const at = (position: string) => ofConsumer({ partitions: [{ ...flowing, lag: 4, position }] })[0]?.id;
    expect(at('9')).toBe(at('9'));
    expect(at('10')).not.toBe(at('9'));
  });
});

test('what an indicator answers is a result of Terminus, by type', () => {
  const answer: OutboxHealth<'relay', { lag: number }> = { relay: { status: 'up', lag: 0 } };
  const result: HealthIndicatorResult<'relay'> = answer;
  expect(result.relay.status).toBe('up');
});
