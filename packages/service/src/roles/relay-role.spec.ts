import { describe, expect, test } from '@jest/globals';
import { type RelayLike, relayTrouble } from './relay-role.ts';

type Status = ReturnType<RelayLike['status']>;
const working: Status = { state: 'running', trouble: null, waiting: [] };
const troubleOf = (status: Partial<Status>) =>
  relayTrouble({ start: async () => {}, stop: async () => {}, status: () => ({ ...working, ...status }) });

describe('a relay works', () => {
  test('while it runs, also when one key waits', () => {
    expect(troubleOf({})).toBeUndefined();
    expect(troubleOf({ waiting: [{ topic: 't', key: 'k', message: 'too large' }] })).toBeUndefined();
  });

  test.each<[Partial<Status>, RegExp]>([
    [{ state: 'stopped' }, /stopped/],
    [{ trouble: { with: 'database', message: 'connection refused' } }, /database: connection refused/],
    [{ waiting: [{ topic: 'shop.orders', key: null, message: 'unknown topic' }] }, /shop\.orders is refused: unknown/],
  ])('and not with %j', (status, reason) => {
    expect(troubleOf(status)).toMatch(reason);
  });
});
