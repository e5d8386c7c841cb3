import { describe, expect, test } from '@jest/globals';
import { Topics } from './topics.ts';

const MINUTE = 60_000;
const brokers = [
  { nodeId: 1, host: 'a', port: 1 },
  { nodeId: 2, host: 'b', port: 2 },
];
const topic = (name: string, leaders: number[], errorCode = 0) => ({
  ...{ name, errorCode },
  partitions: leaders.map((leaderId, partitionIndex) => ({ partitionIndex, leaderId })).toReversed(),
});

describe('Topics', () => {
  test('knows the leader of each partition, by its number', () => {
    const topics = new Topics();
    topics.learn({ brokers, topics: [topic('t', [2, 1, 2])] }, 0);
    const known = topics.of('t');
    expect('places' in known && known.places.map(({ partition, leader }) => [partition, leader?.host])).toEqual([
      [0, 'b'],
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  test('asks again after a minute, and after a topic was forgotten, for that topic only', () => {
    const topics = new Topics();
    expect(topics.missing(['t', 'u'], 0)).toEqual(['t', 'u']);
    topics.learn({ brokers, topics: [topic('t', [1]), topic('u', [1])] }, 0);
    expect(topics.missing(['t', 'u'], MINUTE - 1)).toEqual([]);
    topics.forget('t');
    expect(topics.missing(['t', 'u'], MINUTE - 1)).toEqual(['t']);
    expect(topics.missing(['u'], MINUTE)).toEqual(['u']);
  });

  test.each([
    { code: 3, kind: 'topic' },
    { code: 29, kind: 'topic' },
    { code: 5, kind: 'partition' },
  ])('a topic that Kafka refuses with $code is answered as $kind, and asked for with every batch', ({ code, kind }) => {
    const topics = new Topics();
    topics.learn({ brokers, topics: [topic('t', [], code), topic('u', [1])] }, 0);
    expect(topics.of('t')).toMatchObject({ failure: { kind, mayBeWritten: false } });
    expect(topics.missing(['t', 'u'], 0)).toEqual(['t']);
  });

  test('a partition without a leader leaves the others theirs, and is asked for with every batch', () => {
    const topics = new Topics();
    topics.learn({ brokers, topics: [topic('t', [1, -1])] }, 0);
    const known = topics.of('t');
    expect('places' in known && known.places.map(({ leader }) => leader?.nodeId)).toEqual([1, undefined]);
    expect(topics.missing(['t'], 0)).toEqual(['t']);
  });
});
