import { describe, expect, test } from '@jest/globals';
import type { StoredMessage } from '../../reader/message.ts';
import { Lane, laneMessage } from './lane.ts';

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

describe('a checkpoint', () => {
  const GRANT = { shard: 0, epoch: 1, token: 'a', start: '1', cursor: 0, holes: [], parked: [] };
  const lane = (): Lane => {
    const opened = new Lane(GRANT, 1, 0);
    const seqs = [1, 2, 4];
    const answer = { seqs, complete: true, lastValue: 4, running: undefined, ending: new Set<string>() };
    const messages = seqs.map((seq) => ({ ...stored(null), seq }));
    opened.read(opened.tracker.plan(), answer, messages, 0);
    return opened;
  };

  test('counts as published only what was: all that was read is a hole until it is done', () => {
    const open = lane();
    expect(open.checkpoint()).toEqual({ cursor: 4, holes: '{[1,5)}' });
    open.done(2);
    expect(open.checkpoint()).toEqual({ cursor: 4, holes: '{[1,2),[3,5)}' });
    open.done(4);
    open.done(1);
    expect(open.checkpoint()).toEqual({ cursor: 4, holes: '{[3,4)}' });
  });

  test('leaves holes where rows were handed back, and is due only when something changed', () => {
    const open = lane();
    open.defer('t', [2]);
    for (const seq of [1, 4]) open.done(seq);
    const value = open.checkpoint();
    expect(value).toEqual({ cursor: 4, holes: '{[2,4)}' });
    if (value !== undefined) open.stored(value);
    expect(open.checkpoint()).toBeUndefined();
  });
});

test('the lag counts numbers that a read was cut off before, and not those that somebody has not committed yet', () => {
  const opened = new Lane({ shard: 0, epoch: 1, token: 'a', start: '1', cursor: 0, holes: [], parked: [] }, 1, 0);
  const read = (seqs: number[], complete: boolean, running?: string[]): void => {
    const answer = { seqs, complete, lastValue: 10, running: running && new Set(running), ending: new Set<string>() };
    opened.read(
      opened.tracker.plan(),
      answer,
      seqs.map((seq) => ({ ...stored(null), seq })),
      0,
    );
  };
  // All ten are drawn in a transaction that commits between the second read and the third, which takes four of them.
  read([], true);
  read([], true);
  read([1, 2, 3, 4], false);
  expect([opened.unpublished, opened.backlog, opened.lag]).toEqual([4, 0, 10]);
  read([], false, ['3/7']);
  expect(opened.lag).toBe(4);
});
