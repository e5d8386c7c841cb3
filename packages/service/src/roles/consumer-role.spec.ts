import { describe, expect, test } from '@jest/globals';
import { type ConsumerLike, consumerTrouble } from './consumer-role.ts';

type Status = ReturnType<ConsumerLike['status']>;
const flowing = { topic: 'shop.orders', partition: 3, state: 'flowing', failing: null };
const working: Status = { state: 'running', joined: true, trouble: null, partitions: [flowing] };

const troubleOf = (status: Partial<Status>) =>
  consumerTrouble({ start: async () => {}, stop: async () => {}, status: () => ({ ...working, ...status }) });

describe('a consumer works', () => {
  test('while it is a member, with or without partitions, and a failure may pass', () => {
    expect(troubleOf({})).toBeUndefined();
    expect(troubleOf({ partitions: [] })).toBeUndefined();
    expect(
      troubleOf({ partitions: [{ ...flowing, state: 'failing', failing: { attempts: 2, message: 'deadlock' } }] }),
    ).toBeUndefined();
  });

  test.each<[Partial<Status>, RegExp]>([
    [{ state: 'stopping' }, /stopping/],
    [{ joined: false }, /not a member/],
    [{ trouble: { with: 'kafka', message: 'connection refused' } }, /kafka: connection refused/],
    [{ partitions: [flowing, { ...flowing, state: 'out-of-range' }] }, /shop\.orders\/3 stands still/],
    [
      { partitions: [{ ...flowing, state: 'failing', failing: { attempts: 5, message: 'no such table' } }] },
      /stands still: no such table/,
    ],
  ])('and not with %j', (status, reason) => {
    expect(troubleOf(status)).toMatch(reason);
  });
});
