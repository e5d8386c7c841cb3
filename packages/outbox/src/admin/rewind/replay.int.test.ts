import { createTopic, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import { createRelay } from '../../relay/create-relay.ts';
import { createRetention } from '../../retention/create-retention.ts';
import { allPublished } from '../../testing/fixtures/kafka/published.ts';
import { PUBLISHERS } from '../../testing/fixtures/kafka/publishers.ts';
import { readTopic, type TopicMessage } from '../../testing/fixtures/kafka/read-topic.ts';
import { outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { noted } from '../../testing/fixtures/outbox/events.ts';
import { openTransaction } from '../../testing/fixtures/outbox/transactions.ts';
import { writeNumbered } from '../../testing/fixtures/outbox/writing.ts';
import { createAdmin } from '../create-admin.ts';

jest.setTimeout(120_000);

const [{ publisher }] = PUBLISHERS as [(typeof PUBLISHERS)[number]];

const numberOf = ({ value }: TopicMessage): number => JSON.parse(value.toString('utf8')).n;
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);

/** Everything drawn is published, and the checkpoint says so. */
const settled = (pool: pg.Pool) =>
  waitFor('everything to be published', async () =>
    (await createAdmin(pool).lag()).every(({ waiting, cursor, drawn }) => waiting === 0 && cursor === drawn),
  );

/** Counts as published, without a topic. */
const asPublished = (pool: pg.Pool, cursor: number, holes = '{}') =>
  pool.query('UPDATE outbox.checkpoint SET cursor = $1, holes = $2', [cursor, holes]);

const holes = async (pool: pg.Pool): Promise<string> =>
  (await pool.query('SELECT holes::text FROM outbox.checkpoint ORDER BY shard')).rows.map((row) => row.holes).join(' ');

const insert = (pool: pg.Pool, topic: string, key: string) =>
  pool.query('SELECT outbox.write($1, $2, $3, $4, $5)', [topic, key, 'x', '/test', '{}']);

describe('replay', () => {
  test('sends the same messages again through the relay at work, in order, and what is new after them', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    const topic = await createTopic('replay', { partitions: 1 });
    await using relay = createRelay({ db: pool, publisher: publisher() });
    await relay.start();
    await writeNumbered(pool, noted(topic), { from: 0, count: 100 });
    await allPublished(pool, topic);
    await settled(pool);

    const first = await readTopic(topic);
    expect(await createAdmin(pool).replay({ shard: 0, from: 11, to: 60 })).toEqual({
      dryRun: false,
      messages: 50,
      others: 0,
      shards: [{ shard: 0, messages: 50, from: 11, to: 60, others: 0 }],
    });
    await writeNumbered(pool, noted(topic), { from: 100, count: 20 });
    await settled(pool);
    await allPublished(pool, topic);
    const all = await readTopic(topic);
    expect(all.slice(0, first.length)).toEqual(first);
    // What the relay has sent and not stored before may come twice as well; here all of it was stored.
    expect(all.slice(first.length).map(numberOf)).toEqual([...numbers(10, 60), ...numbers(100, 120)]);
    const id = (n: number) => all.filter((message) => numberOf(message) === n).map(({ headers }) => headers['ce_id']);
    expect(new Set(id(30)).size).toBe(1);
    expect(all.filter((message) => numberOf(message) === 30).map(({ headers }) => headers['ce_time'])[1]).toBe(
      all.find((message) => numberOf(message) === 30)?.headers['ce_time'],
    );
  });

  test('keeps retention away from what it has not sent yet', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    for (let n = 0; n < 3; n += 1) await insert(pool, 't', 'k');
    await pool.query('UPDATE outbox.message SET slot = mod(slot + 1, 4)');
    await asPublished(pool, 3);
    await createAdmin(pool).replay({ topic: 't' });
    await using retention = createRetention({ db: pool, keepDays: 0 });
    expect((await retention.once()).map(({ outcome }) => outcome)).toContain('unpublished');
    await asPublished(pool, 3);
    expect((await retention.once()).map(({ outcome }) => outcome)).toContain('emptied');
  });

  test('takes what is chosen and published, and neither what waits nor what is parked', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    const admin = createAdmin(pool);
    for (const [topic, key] of ['a1', 'b1', 'a1', 'a2', 'b2', 'a1', 'a1'].map((name) => name.split(''))) {
      await insert(pool, topic ?? '', key ?? '');
    }
    await pool.query(`UPDATE outbox.message SET created_at = now() - interval '1 hour' WHERE seq <= 3`);
    await asPublished(pool, 6, '{[3,4)}'); // 3 and 7 wait
    const chosen = async (choice: Parameters<typeof admin.replay>[0]) => {
      const { shards } = await admin.replay({ ...choice, dryRun: true });
      return shards.map(({ messages, from, to }) => `${messages}: ${from}-${to}`).join();
    };
    expect(await chosen({})).toBe('5: 1-6');
    expect(await chosen({ topic: 'a' })).toBe('3: 1-6');
    expect(await chosen({ topic: 'a', key: '1' })).toBe('2: 1-6');
    expect(await chosen({ key: '2' })).toBe('2: 4-5');
    expect(await chosen({ from: 2, to: 5 })).toBe('3: 2-5');
    expect(await chosen({ since: new Date(Date.now() - 600_000) })).toBe('3: 4-6');
    expect(await chosen({ until: new Date(Date.now() - 600_000) })).toBe('2: 1-2');
    expect(await chosen({ shard: 1 })).toBe('');
    expect(await chosen({ topic: 'c' })).toBe('');
    await pool.query(`INSERT INTO outbox.parked_key (shard, topic, key, reason) VALUES (0, 'a', '1', 'no')`);
    expect(await chosen({ topic: 'a' })).toBe('1: 4-4');

    expect(await holes(pool)).toBe('{[3,4)}'); // none of these was more than a dry run
    await admin.replay({ topic: 'b' });
    expect(await holes(pool)).toBe('{[2,4),[5,6)}');
    expect(await admin.replay({ topic: 'b' })).toMatchObject({ messages: 0, shards: [] });
  });

  test('keeps no relay from its lease while it looks for the messages', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    await insert(pool, 't', 'k');
    await asPublished(pool, 1);
    await using holder = await openTransaction(pool);
    await holder.client.query('LOCK TABLE outbox.message_slot_0 IN ACCESS EXCLUSIVE MODE');
    const replaying = createAdmin(pool).replay({ topic: 't' });
    await waitFor('it to wait for the table', async () => {
      const { rows } = await pool.query(
        `SELECT FROM pg_locks WHERE relation = 'outbox.message_slot_0'::regclass AND NOT granted`,
      );
      return rows.length > 0;
    });
    await using owner = await openTransaction(pool);
    await owner.client.query(`SET LOCAL lock_timeout = '2s'`);
    expect((await owner.client.query('UPDATE outbox.lease SET renewals = renewals + 1')).rowCount).toBe(1);
    await owner.end('COMMIT');
    await holder.end('COMMIT');
    expect((await replaying).messages).toBe(1);
  });

  test('takes others along where the chosen ones lie in too many places', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    await pool.query(
      `SELECT outbox.write(CASE n % 2 WHEN 0 THEN 'a' ELSE 'b' END, 'k', 'x', '/test', '{}')
       FROM generate_series(1, 2400) AS n`,
    );
    await asPublished(pool, 2_400);
    const { messages, others } = await createAdmin(pool).replay({ topic: 'a' });
    expect({ messages, others }).toEqual({ messages: 1_200, others: 200 });
    const { rows } = await pool.query(
      `SELECT count(*)::int AS ranges FROM outbox.checkpoint CROSS JOIN LATERAL unnest(holes)`,
    );
    expect(rows[0].ranges).toBe(1_000);
    const missed = await pool.query(
      `SELECT count(*)::int AS n FROM outbox.message AS m JOIN outbox.checkpoint USING (shard)
       WHERE topic = 'a' AND NOT holes @> m.seq`,
    );
    expect(missed.rows[0].n).toBe(0);
  });
});
