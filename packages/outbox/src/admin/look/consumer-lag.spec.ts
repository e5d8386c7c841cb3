import { describe, expect, test } from '@jest/globals';
import { withEnds } from './consumer-lag.ts';

const at = (position: string, rest: object = {}) => ({
  ...{ groupId: 'g', topic: 't', partition: 0, position, movedAt: '2026-01-01T00:00:00.000Z', parkedKeys: 0 },
  ...rest,
});
const holds = (earliest: bigint, latest: bigint, rest: object = {}) => ({
  ...{ topic: 't', partition: 0, earliest, latest },
  ...rest,
});

describe('the lag of a group in a partition', () => {
  test.each<[string, string, bigint, bigint, number, boolean]>([
    ['nothing waits', '7', 0n, 7n, 0, false],
    ['messages wait', '7', 3n, 12n, 5, false],
    ['it is about to read the first that is left', '3', 3n, 12n, 9, false],
    ['what it would read was removed', '2', 3n, 12n, 10, true],
    ['the topic ends before it', '13', 0n, 12n, 0, true],
  ])('%s', (_, position, earliest, latest, lag, outOfRange) => {
    expect(withEnds([at(position)], [holds(earliest, latest)])).toEqual([
      { ...at(position), earliest: String(earliest), end: String(latest), lag, outOfRange },
    ]);
  });

  test('is not known where Kafka was not asked, or does not know the partition', () => {
    const unknown = { earliest: null, end: null, lag: null, outOfRange: null };
    expect(withEnds([at('7')], [])).toEqual([{ ...at('7'), ...unknown }]);
    expect(withEnds([at('7')], [holds(0n, 9n, { topic: 'another' })])).toEqual([{ ...at('7'), ...unknown }]);
  });

  test('has an entry for each partition of a topic that the group has been in, and for no other topic', () => {
    const found = withEnds(
      [at('1', { groupId: 'h', partition: 10 }), at('1', { groupId: 'h', partition: 9 }), at('1')],
      [holds(0n, 1n), holds(0n, 4n, { partition: 9 }), holds(0n, 1n, { topic: 'another' })],
    );
    expect(found.map(({ groupId, partition, position, lag }) => [groupId, partition, position, lag])).toEqual([
      ['g', 0, '1', 0],
      ['g', 9, null, null],
      ['h', 0, null, null],
      ['h', 9, '1', 3],
      ['h', 10, '1', null],
    ]);
  });
});
