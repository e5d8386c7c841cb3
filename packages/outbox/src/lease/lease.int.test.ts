import { describe, expect, jest, test } from '@jest/globals';
import { type OutboxDatabase, outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';
import { releaseLeases, renewLeases, takeLeases } from './lease.sql.ts';

jest.setTimeout(60_000);

const TAKE = takeLeases('"outbox"');
const RENEW = renewLeases('"outbox"');

interface Seen {
  readonly epoch: string;
  readonly renewals: string;
  readonly owner: string | null;
}

const seen = async ({ pool }: OutboxDatabase): Promise<Seen> =>
  (await pool.query('SELECT epoch, renewals, owner FROM outbox.lease')).rows[0];

const take = async ({ pool }: OutboxDatabase, relay: string, { epoch, renewals }: Seen) =>
  (await pool.query(TAKE, [relay, [0], [epoch], [renewals]])).rows;

const renew = async ({ pool }: OutboxDatabase, relay: string, epoch: string): Promise<number[]> =>
  (await pool.query(RENEW, [relay, [0], [epoch], [], true, []])).rows[0].renewed;

describe('a lease', () => {
  test('is taken as it was watched: one that moved meanwhile stays where it is', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const watched = await seen(database);
    const [grant] = await take(database, 'first', watched);
    expect(await take(database, 'second', watched)).toEqual([]);
    const own = await seen(database);
    expect(await renew(database, 'first', grant.epoch)).toEqual([0]);
    expect(await take(database, 'second', own)).toEqual([]);
    expect((await seen(database)).owner).toBe('first');
  });

  test('of two that try at once goes to one', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const watched = await seen(database);
    await using first = await openTransaction(database.pool);
    await first.client.query(TAKE, ['first', [0], [watched.epoch], [watched.renewals]]);
    const second = take(database, 'second', watched);
    await first.end('COMMIT');
    expect(await second).toEqual([]);
  });

  test('that was taken over is not renewed, nor given up, by its old owner; its token is another one', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const [old] = await take(database, 'old', await seen(database));
    const [heir] = await take(database, 'heir', await seen(database));
    expect(heir.token).not.toBe(old.token);
    expect(await renew(database, 'old', old.epoch)).toEqual([]);
    expect(await renew(database, 'old', heir.epoch)).toEqual([]);
    await database.pool.query(releaseLeases('"outbox"'), ['old', [0], [old.epoch]]);
    expect((await seen(database)).owner).toBe('heir');
  });

  test('relays count only those that do their work: the beat of another stands still', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const beats = async (works: boolean) => {
      await database.pool.query(RENEW, ['relay', [], [], [], works, []]);
      return (await database.pool.query('SELECT beats FROM outbox.relay')).rows;
    };
    expect(await beats(false)).toEqual([]);
    expect(await beats(true)).toEqual([{ beats: '1' }]);
    expect(await beats(false)).toEqual([{ beats: '1' }]);
    expect(await beats(true)).toEqual([{ beats: '2' }]);
  });
});
