import { randomUUID } from 'node:crypto';
import { waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { takeLeases } from '../lease/lease.sql.ts';
import { type OutboxDatabase, outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';
import { storeCheckpoints } from './checkpoint.sql.ts';

jest.setTimeout(60_000);

interface Grant {
  readonly epoch: string;
  readonly token: string;
  readonly start: string;
}

const TAKE = takeLeases('"outbox"');

/** The lease of the only shard, as one relay after the other takes it. */
async function taken({ pool }: OutboxDatabase): Promise<Grant> {
  const { rows } = await pool.query('SELECT epoch, renewals FROM outbox.lease');
  return (await pool.query(TAKE, ['relay', [0], [rows[0].epoch], [rows[0].renewals]])).rows[0];
}

/** Stores cursor 5; answers the shards of which it was stored. */
const stored = async ({ pool }: OutboxDatabase, { epoch, token, start }: Grant): Promise<number[]> =>
  (await pool.query(storeCheckpoints('"outbox"'), [[0], [epoch], [token], [5], ['{}'], start])).rows.map(
    ({ shard }) => shard,
  );

const cursorOf = async ({ pool }: OutboxDatabase): Promise<string> =>
  (await pool.query('SELECT cursor FROM outbox.checkpoint')).rows[0].cursor;

describe('a checkpoint is stored', () => {
  test('by the owner of the lease', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    expect(await stored(database, await taken(database))).toEqual([0]);
    expect(await cursorOf(database)).toBe('5');
  });

  test.each<[string, (grant: Grant) => Grant]>([
    ['with another epoch', (grant) => ({ ...grant, epoch: '7' })],
    ['with another token', (grant) => ({ ...grant, token: randomUUID() })],
    ['of another start of the server', (grant) => ({ ...grant, start: '1.5' })],
  ])('not %s', async (_, changed) => {
    await using database = await outboxDatabase({ shards: 1 });
    expect(await stored(database, changed(await taken(database)))).toEqual([]);
    expect(await cursorOf(database)).toBe('0');
  });

  test('not when a crash has emptied what is unlogged', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const grant = await taken(database);
    await database.pool.query('TRUNCATE outbox.lease_token');
    expect(await stored(database, grant)).toEqual([]);
  });

  test('not by an owner whose statement had to wait for the take-over', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const old = await taken(database);
    await using heir = await openTransaction(database.pool);
    const { rows } = await heir.client.query('SELECT epoch, renewals FROM outbox.lease');
    await heir.client.query(TAKE, ['heir', [0], [rows[0].epoch], [rows[0].renewals]]);
    const storing = stored(database, old);
    await waitFor('the old owner to wait', async () => {
      const { rows } = await database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    });
    await heir.end('COMMIT');
    expect(await storing).toEqual([]);
    expect(await cursorOf(database)).toBe('0');
  });
});
