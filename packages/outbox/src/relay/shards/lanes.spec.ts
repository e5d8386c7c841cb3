import { describe, expect, test } from '@jest/globals';
import type { ReadResult } from '../../reader/read.ts';
import { Lane } from './lane.ts';
import { distrust } from './lanes.ts';

const lane = (): Lane =>
  new Lane({ shard: 3, epoch: 7, token: 'mine', start: '100.5', cursor: 20, holes: [], parked: [] }, 1, 0);

const answer = { seqs: [], complete: true, lastValue: 20, running: undefined, ending: new Set<string>() };
const found = { shard: 3, token: 'mine', dense: true, messages: [], answer };
const result: ReadResult = { start: '100.5', standby: false, lanes: [found] };

describe('what a read answers is used', () => {
  test('when the server is the one the lease was taken on', () => {
    expect(distrust(lane(), result)).toBeUndefined();
  });

  test.each<[string, ReadResult, string]>([
    ['from a standby', { ...result, standby: true }, 'standby'],
    ['from a server that was started again', { ...result, start: '200.5' }, 'server-restarted'],
    ['without the token, as after a crash', { ...result, lanes: [{ ...found, token: null }] }, 'token-gone'],
    ["with another owner's token", { ...result, lanes: [{ ...found, token: 'another' }] }, 'token-gone'],
    ['without the sequence', { ...result, lanes: [] }, 'sequence-changed'],
    ['with a sequence that keeps numbers back', { ...result, lanes: [{ ...found, dense: false }] }, 'sequence-changed'],
    [
      'with a sequence behind the cursor',
      { ...result, lanes: [{ ...found, answer: { ...answer, lastValue: 19 } }] },
      'sequence-behind',
    ],
  ])('not %s', (_, other, reason) => {
    expect(distrust(lane(), other)).toBe(reason);
  });
});
