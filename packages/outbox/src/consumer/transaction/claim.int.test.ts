import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { openTransaction } from '../../testing/fixtures/outbox/transactions.ts';
import { type Batch, type Claim, claimBatch } from './claim.ts';
import { consumerStatements } from './statements.ts';

const dependencies = { statements: consumerStatements('outbox', 60_000), groupId: 'g', inboxWindow: '7 days' };
const partition = { topic: 't', partition: 0 };
const today = new Date().toISOString();
const yesterday = new Date(Date.now() - 86_400_000).toISOString();

/** A database in which the group stands at offset 0 of one partition. */
async function oneGroup() {
  const database = await outboxDatabase();
  await database.pool.query(
    "INSERT INTO outbox.consumer_position (group_id, topic, partition, next_offset, parked) VALUES ('g', 't', 0, 0, false)",
  );
  const stack = new AsyncDisposableStack();
  stack.use(database);
  return {
    pool: database.pool,
    /** Claims a batch of these events in a transaction of its own, and commits. */
    async claim(
      from: number,
      next: number,
      events: readonly { id: string; time?: string; source?: string }[],
    ): Promise<Claim> {
      // What waits for somebody ends with an error of its own.
      await using tx = await openTransaction(database.pool, "BEGIN; SET LOCAL statement_timeout = '3s'");
      const batch: Batch = { partition, position: BigInt(from), next: BigInt(next), messages: [], condemned: null };
      const envelopes = events.map(({ id, time = today, source = 's' }) => ({
        id,
        time,
        type: 'x',
        source,
        sequence: null,
        headers: {},
      }));
      const claim = await claimBatch(tx.client, dependencies, batch, envelopes);
      await tx.end('COMMIT');
      return claim;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describe('the claim of a batch', () => {
  test('says which events are new to the group: all, none, or some, and of an event given twice the first', async () => {
    await using group = await oneGroup();
    expect(await group.claim(0, 3, [{ id: 'a' }, { id: 'b' }, { id: 'c' }])).toMatchObject({
      fresh: [0, 1, 2],
      stale: [],
    });
    expect(await group.claim(3, 5, [{ id: 'c' }, { id: 'a' }])).toMatchObject({ fresh: [], stale: [] });
    const mixed = [{ id: 'z' }, { id: 'b' }, { id: 'y' }, { id: 'z' }, { id: 'y' }, { id: 'd' }];
    expect(await group.claim(5, 11, mixed)).toMatchObject({ fresh: [0, 2, 5], stale: [] });
    expect(await group.claim(11, 11, [])).toMatchObject({ moved: true, fresh: [], stale: [] });
  });

  test('tells two events apart that have the same id and different sources, unless the id is a UUID', async () => {
    await using group = await oneGroup();
    const uuid = randomUUID();
    expect(await group.claim(0, 2, [{ id: '42' }, { id: '42', source: '/refunds' }])).toMatchObject({ fresh: [0, 1] });
    expect(await group.claim(2, 4, [{ id: '42' }, { id: '42', source: '/refunds' }])).toMatchObject({ fresh: [] });
    expect(await group.claim(4, 6, [{ id: uuid }, { id: uuid, source: '/refunds' }])).toMatchObject({ fresh: [0] });
  });

  test('tells two events apart that have the same id and different times', async () => {
    await using group = await oneGroup();
    expect(await group.claim(0, 2, [{ id: 'a', time: yesterday }, { id: 'a' }])).toMatchObject({ fresh: [0, 1] });
    expect(await group.claim(2, 4, [{ id: 'a' }, { id: 'b' }])).toMatchObject({ fresh: [1] });
  });

  test('names the new ones that are older than the inbox is sure to hold', async () => {
    await using group = await oneGroup();
    await group.pool.query("UPDATE outbox.consumer_position SET inbox_from = date_trunc('day', now(), 'UTC')");
    const events = [{ id: 'a' }, { id: 'b', time: yesterday }, { id: 'c', time: yesterday }];
    expect(await group.claim(0, 3, events)).toMatchObject({ fresh: [0, 1, 2], stale: [1, 2] });
    expect(
      await group.claim(3, 5, [
        { id: 'b', time: yesterday },
        { id: 'd', time: yesterday },
      ]),
    ).toMatchObject({ fresh: [1], stale: [1] });
  });

  test('moves a position from where it is expected only, and remembers nothing otherwise', async () => {
    await using group = await oneGroup();
    await group.claim(0, 2, [{ id: 'a' }, { id: 'b' }]);
    expect(await group.claim(0, 2, [{ id: 'c' }])).toMatchObject({ moved: false, position: 2n, fresh: [] });
    expect(await group.claim(2, 3, [{ id: 'c' }])).toMatchObject({ moved: true, position: 2n, fresh: [0] });
    await group.pool.query('DELETE FROM outbox.consumer_position');
    expect(await group.claim(3, 4, [{ id: 'd' }])).toMatchObject({ moved: false, position: null, fresh: [] });
    const { rows } = await group.pool.query('SELECT id FROM outbox.inbox ORDER BY id');
    expect(rows.map(({ id }) => id.split('#')[0])).toEqual(['a', 'b', 'c']);
  });

  test('by a second owner does not wait for the first: it fails at once', async () => {
    await using group = await oneGroup();
    await using tx = await openTransaction(group.pool);
    const batch: Batch = { partition, position: 0n, next: 1n, messages: [], condemned: null };
    await claimBatch(tx.client, dependencies, batch, []);
    await expect(group.claim(0, 1, [{ id: 'a' }])).rejects.toMatchObject({ code: '55P03' });
  });

  test('puts every event into the slot of its day, as the first version of the schema counted days', async () => {
    await using group = await oneGroup();
    const { rows } = await group.pool.query(`
      SELECT count(*)::int AS times, count(*) FILTER (WHERE outbox.inbox_slot(t) <>
        (((floor(extract(epoch FROM t) / 86400)::bigint % 16) + 16) % 16)::smallint)::int AS otherwise
      FROM (
        SELECT day + offs AS t
        FROM generate_series('1969-11-01Z'::timestamptz, '2040-01-01Z', interval '17 days 5 hours') AS day,
          unnest(ARRAY['0', '-1 microsecond', '1 microsecond', '11:59:59.999999', '23:59:59.999999']::interval[]) AS offs
        UNION ALL
        SELECT day + offs FROM generate_series('2026-01-01Z'::timestamptz, '2026-03-01Z', interval '1 day') AS day,
          unnest(ARRAY['0', '-1 microsecond', '1 microsecond']::interval[]) AS offs
      ) AS times`);
    expect(rows[0].times).toBeGreaterThan(7_000);
    expect(rows[0].otherwise).toBe(0);
  });
});
