import { randomUUID } from 'node:crypto';
import { createTopic, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { migrate } from '../migrate/migrate.ts';
import { createRelay } from '../relay/create-relay.ts';
import { PUBLISHERS } from '../testing/fixtures/kafka/publishers.ts';
import { readTopic } from '../testing/fixtures/kafka/read-topic.ts';
import { type OutboxDatabase, outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';
import { createRetention } from './create-retention.ts';
import type { SlotOutcome } from './status.ts';

jest.setTimeout(120_000);

/** One shard, nothing published. */
const oneShard = () => outboxDatabase({ shards: 1 });

/** The slot that is written to `age` days before it comes round again counts as that old now. */
async function slotOfAge({ pool }: OutboxDatabase, age: number): Promise<number> {
  const { rows } = await pool.query('SELECT mod(outbox.current_slot() - $1::int + 4, 4)::int AS slot', [age]);
  return rows[0].slot;
}

const insert = (client: pg.Pool | pg.PoolClient, slot: number, { topic = 't', key = 'k', shard = 0 } = {}) =>
  client.query(
    `INSERT INTO outbox.message (slot, shard, seq, id, topic, key, type, source, payload)
     VALUES ($1, $2, nextval('outbox.seq_g1_0_of_1'), $3, $4, $5, 'x', '/test', '{}') RETURNING seq::int`,
    [slot, shard, randomUUID(), topic, key],
  );

const published = ({ pool }: OutboxDatabase, cursor: number, holes = '{}') =>
  pool.query('UPDATE outbox.checkpoint SET cursor = $1, holes = $2 WHERE shard = 0', [cursor, holes]);

const left = async ({ pool }: OutboxDatabase, slot: number): Promise<number> =>
  (await pool.query('SELECT count(*)::int AS n FROM outbox.message WHERE slot = $1', [slot])).rows[0].n;

async function outcomeOf({ pool }: OutboxDatabase, slot: number, keepDays: 0 | 1 | 2 = 2): Promise<SlotOutcome> {
  await using retention = createRetention({ db: pool, keepDays });
  const found = (await retention.once()).find((status) => status.slot === slot);
  if (found === undefined) throw new Error(`no slot ${slot}`);
  return found.outcome;
}

describe('a slot of which everything was published', () => {
  test('is emptied when it is old enough, and no other slot is touched', async () => {
    await using database = await oneShard();
    const slots = [0, 1, 2, 3];
    for (const slot of slots) await insert(database.pool, slot);
    await published(database, 4);
    const ages = await Promise.all(slots.map((age) => slotOfAge(database, age)));
    const counts = async () => Promise.all(ages.map((slot) => left(database, slot)));

    expect(await outcomeOf(database, ages[3] ?? -1)).toBe('emptied');
    expect(await counts()).toEqual([1, 1, 1, 0]);
    expect(await outcomeOf(database, ages[3] ?? -1)).toBe('empty');
    expect(await outcomeOf(database, ages[2] ?? -1)).toBe('current');
    expect(await outcomeOf(database, ages[2] ?? -1, 1)).toBe('emptied');
    expect(await outcomeOf(database, ages[1] ?? -1, 0)).toBe('emptied');
    expect(await outcomeOf(database, ages[0] ?? -1, 0)).toBe('current');
    expect(await counts()).toEqual([1, 0, 0, 0]);
  });

  test('is emptied beside a relay that works, which goes on', async () => {
    await using database = await oneShard();
    const topic = await createTopic('retention');
    const old = await slotOfAge(database, 3);
    for (let n = 0; n < 50; n += 1) await insert(database.pool, old, { topic, key: `old-${n}` });
    const publisher = PUBLISHERS[0]?.publisher;
    if (publisher === undefined) throw new Error('there is no publisher');
    await using relay = createRelay({ db: database.pool, publisher: publisher() });
    await relay.start();
    await waitFor('the slot to be emptied', async () => (await outcomeOf(database, old)) === 'emptied');
    await insert(database.pool, await slotOfAge(database, 0), { topic, key: 'new' });
    await waitFor('the message behind it', () => relay.status().published >= 51);
    const keys = (await readTopic(topic)).map(({ key }) => key);
    expect(new Set(keys)).toEqual(new Set([...Array.from({ length: 50 }, (_, n) => `old-${n}`), 'new']));
  });
});

describe('a slot stays as it is', () => {
  test.each<[string, number, string]>([
    ['above the cursor', 2, '{}'],
    ['in a hole', 3, '{[2,3)}'],
    ['in the last of many holes', 3, '{[1,2),[3,4)}'],
  ])('with a row %s', async (_, cursor, holes) => {
    await using database = await oneShard();
    const old = await slotOfAge(database, 3);
    for (let n = 0; n < 3; n += 1) await insert(database.pool, old);
    await published(database, cursor, holes);
    expect(await outcomeOf(database, old)).toBe('unpublished');
    expect(await left(database, old)).toBe(3);
    await published(database, 3, '{}');
    expect(await outcomeOf(database, old)).toBe('emptied');
  });

  test('that is written to now, whoever asks', async () => {
    await using database = await oneShard();
    const current = await slotOfAge(database, 0);
    await insert(database.pool, current);
    await published(database, 1);
    const { rows } = await database.pool.query('SELECT outbox.empty_slot($1::smallint) AS outcome', [current]);
    expect(rows).toEqual([{ outcome: 'current' }]);
    expect(await left(database, current)).toBe(1);
  });

  test('with a row of a shard nobody publishes', async () => {
    await using database = await oneShard();
    const old = await slotOfAge(database, 3);
    await insert(database.pool, old, { shard: 7 });
    await published(database, 1);
    expect(await outcomeOf(database, old)).toBe('unpublished');
    expect(await left(database, old)).toBe(1);
  });

  test.each<[string, 'BEGIN' | 'PREPARE']>([
    ['a transaction', 'BEGIN'],
    ['a prepared transaction', 'PREPARE'],
  ])('while %s that wrote to it is open, and writers go on', async (_, how) => {
    await using database = await oneShard();
    const old = await slotOfAge(database, 3);
    await insert(database.pool, old);
    await published(database, 1);
    await using late = await openTransaction(database.pool);
    await insert(late.client, old);
    const name = `late-${randomUUID()}`;
    if (how === 'PREPARE') await late.end(`PREPARE TRANSACTION '${name}'`);
    expect(await outcomeOf(database, old)).toBe('locked');
    await insert(database.pool, old);
    await (how === 'PREPARE' ? database.pool.query(`COMMIT PREPARED '${name}'`) : late.end('COMMIT'));
    expect(await outcomeOf(database, old)).toBe('unpublished');
    expect(await left(database, old)).toBe(3);
  });

  test('while a writer has the lock: it gives up after 25 ms, again and again, and no other INSERT fails', async () => {
    await using database = await oneShard();
    const old = await slotOfAge(database, 3);
    await insert(database.pool, old);
    // Whatever is written here counts as published, so that nothing but the lock keeps the slot.
    await published(database, 1_000);
    const { rows } = await database.pool.query(
      `SELECT proconfig FROM pg_proc WHERE oid = 'outbox.empty_slot'::regproc`,
    );
    expect(rows[0].proconfig).toContain('lock_timeout=25ms');
    await using late = await openTransaction(database.pool);
    await insert(late.client, old);
    let looking = true;
    const looks = (async () => {
      const outcomes: SlotOutcome[] = [];
      while (looking) outcomes.push(await outcomeOf(database, old));
      return outcomes;
    })();
    // Some of them queue behind a lock that is waited for, and come through when it is given up.
    for (let n = 0; n < 200; n += 1) await insert(database.pool, n % 2 === 0 ? old : await slotOfAge(database, 0));
    looking = false;
    expect(new Set(await looks)).toEqual(new Set(['locked']));
    await late.end('COMMIT');
    expect(await outcomeOf(database, old)).toBe('emptied');
    expect(await left(database, await slotOfAge(database, 0))).toBe(100);
  });

  test('when a row becomes visible between the look and the lock', async () => {
    await using database = await oneShard();
    const old = await slotOfAge(database, 3);
    await insert(database.pool, old);
    await published(database, 1);
    await database.pool.query(`ALTER FUNCTION outbox.empty_slot SET lock_timeout = '60s'`);
    await using late = await openTransaction(database.pool);
    await insert(late.client, old);
    const outcome = outcomeOf(database, old);
    await waitFor('the lock to be waited for', async () => {
      const { rows } = await database.pool.query(
        `SELECT FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'
           AND relation = $1::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        [`outbox.message_slot_${old}`],
      );
      return rows.length > 0;
    });
    await late.end('COMMIT');
    expect(await outcome).toBe('unpublished');
    expect(await left(database, old)).toBe(2);
  });
});

test.each(['REPEATABLE READ', 'SERIALIZABLE'])(
  'in a transaction with one snapshot (%s) it refuses: rows committed since would be lost',
  async (level) => {
    await using database = await oneShard();
    const old = await slotOfAge(database, 3);
    await insert(database.pool, old);
    await published(database, 1);
    await using looking = await openTransaction(database.pool, `BEGIN ISOLATION LEVEL ${level}`);
    await looking.client.query('SELECT FROM outbox.config');
    await insert(database.pool, old);
    await expect(looking.client.query('SELECT outbox.empty_slot($1::smallint)', [old])).rejects.toMatchObject({
      code: '25000',
      message: expect.stringContaining('read committed'),
    });
    await looking.end('ROLLBACK');
    expect(await left(database, old)).toBe(2);
    expect(await outcomeOf(database, old)).toBe('unpublished');
  },
);

test('a connection that is lost while nobody uses it does not end the process', async () => {
  await using database = await oneShard();
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  try {
    await using retention = createRetention({ db: pool, everyMs: 60_000 });
    retention.start();
    await waitFor('a look', () => retention.status().slots.length > 0 && pool.idleCount === 1);
    await database.pool.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await waitFor('the loss', () => pool.totalCount === 0);
    expect(await retention.once()).toHaveLength(4);
  } finally {
    await pool.end();
  }
});

test('a login with the grants empties slots, and can truncate nothing itself', async () => {
  await using database = await oneShard();
  const old = await slotOfAge(database, 3);
  await insert(database.pool, old);
  await published(database, 1);
  const login = `retention_${randomUUID().slice(0, 8)}`;
  await database.pool.query(`CREATE ROLE ${login} LOGIN PASSWORD 'test'`);
  const url = new URL(database.url);
  url.username = login;
  url.password = 'test';
  const pool = new pg.Pool({ connectionString: url.href });
  try {
    await migrate(database.pool, { grantTo: [login] });
    await using retention = createRetention({ db: pool });
    expect((await retention.once()).find(({ slot }) => slot === old)?.outcome).toBe('emptied');
    await expect(pool.query(`TRUNCATE outbox.message_slot_${old}`)).rejects.toMatchObject({ code: '42501' });
  } finally {
    await pool.end();
    await database.pool.query(`DROP OWNED BY ${login}; DROP ROLE ${login}`);
  }
});

test('it looks again and again, tells of trouble once, and stops', async () => {
  await using database = await oneShard();
  const old = await slotOfAge(database, 3);
  await insert(database.pool, old);
  const told: string[] = [];
  const retention = createRetention({
    db: database.pool,
    everyMs: 10,
    onError: ({ error: { message } }) => {
      told.push(message);
      throw new Error('a reporter that throws');
    },
  });
  retention.start();
  await waitFor('a look', () => retention.status().slots.some(({ outcome }) => outcome === 'unpublished'));
  await database.pool.query('ALTER FUNCTION outbox.empty_slot RENAME TO gone');
  await waitFor('trouble', () => retention.status().trouble !== null);
  await database.pool.query('ALTER FUNCTION outbox.gone RENAME TO empty_slot');
  await published(database, 1);
  await waitFor('the slot to be emptied', async () => (await left(database, old)) === 0);
  await waitFor('the end of the trouble', () => retention.status().trouble === null);
  expect(told).toHaveLength(1);
  await retention.stop();
  expect(retention.status().state).toBe('stopped');
  expect(() => retention.start()).toThrow(expect.objectContaining({ code: 'RETENTION_STATE' }));
});
