import { randomUUID } from 'node:crypto';
import { createTopic, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { createRelay } from '../../relay/create-relay.ts';
import { PUBLISHERS } from '../../testing/fixtures/kafka/publishers.ts';
import { outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { insertMessage } from '../../testing/fixtures/outbox/reading.ts';
import { openTransaction, rolledBack } from '../../testing/fixtures/outbox/transactions.ts';
import { createAdmin } from '../create-admin.ts';

jest.setTimeout(60_000);

const [{ publisher }] = PUBLISHERS as [(typeof PUBLISHERS)[number]];

describe('lag', () => {
  test('says what waits and since when, in gaps as well as after the cursor', async () => {
    await using database = await outboxDatabase({ shards: 2 });
    const { pool } = database;
    for (let seq = 1; seq <= 6; seq += 1) {
      await pool.query(
        `INSERT INTO outbox.message (shard, seq, id, topic, key, type, source, payload, created_at)
         VALUES (1, nextval('outbox.seq_g1_1_of_2'), gen_random_uuid(), 't', 'k', 'x', '/test', '{}',
                 now() - interval '1 hour' * (10 - $1::int))`,
        [seq],
      );
    }
    await pool.query(`UPDATE outbox.checkpoint SET cursor = 5, holes = '{[2,3),[4,5)}' WHERE shard = 1`);
    await pool.query(`UPDATE outbox.lease SET owner = 'r' WHERE shard = 1`);
    const [first, second] = await createAdmin(pool).lag();
    expect(first).toEqual({
      shard: 0,
      owner: null,
      cursor: 0,
      drawn: 0,
      waiting: 0,
      gaps: 0,
      oldestAt: null,
      oldestSeconds: 0,
    });
    expect(second).toMatchObject({ shard: 1, owner: 'r', cursor: 5, drawn: 6, waiting: 3, gaps: 2 });
    // Number 2 was written 8 hours ago; 1, 3 and 5 are published.
    expect(Math.round((second?.oldestSeconds ?? 0) / 3600)).toBe(8);
    const { rows } = await pool.query(`SELECT created_at FROM outbox.message WHERE seq = 2`);
    expect(second?.oldestAt).toBe(rows[0].created_at.toISOString());
  });
});

describe('gaps', () => {
  test('name the transactions that hold them, prepared ones too, and nobody else', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    const admin = createAdmin(pool);
    expect(await admin.gaps()).toEqual([]);

    await using open = await openTransaction(pool);
    await open.client.query(`SET application_name = 'slow-batch'`);
    await open.client.query(insertMessage('open'));
    await using prepared = await openTransaction(pool);
    await prepared.client.query(insertMessage('prepared'));
    const name = `two phases ${randomUUID()}`;
    await using _ = rolledBack(pool, name);
    await prepared.end(`PREPARE TRANSACTION '${name}'`);
    await using reader = await openTransaction(pool);
    await reader.client.query('SELECT count(*) FROM outbox.message');
    await pool.query(`UPDATE outbox.checkpoint SET cursor = 2, holes = '{[1,3)}'`);

    const { rows } = await open.client.query('SELECT pg_backend_pid() AS pid');
    const [found, ...others] = await admin.gaps();
    expect(others).toEqual([]);
    expect(found).toMatchObject({ shard: 0, cursor: 2, ranges: [{ from: 1, to: 2 }] });
    expect(found?.holders).toMatchObject([
      { pid: rows[0].pid, prepared: null, application: 'slow-batch', state: 'idle in transaction', login: 'postgres' },
      { pid: null, prepared: name },
    ]);
    for (const { since, seconds } of found?.holders ?? []) {
      expect(new Date(since ?? '').toISOString()).toBe(since);
      expect(seconds).toBeGreaterThanOrEqual(0);
    }

    await open.end('COMMIT');
    await pool.query(`COMMIT PREPARED '${name}'`);
    expect(await admin.gaps()).toEqual([{ shard: 0, cursor: 2, ranges: [{ from: 1, to: 2 }], holders: [] }]);
  });
});

describe('status', () => {
  test('shows relays, shards, what is parked and who consumes', async () => {
    await using database = await outboxDatabase({ shards: 2 });
    const { pool } = database;
    const admin = createAdmin(pool);
    expect(await admin.status()).toMatchObject({ relays: [], parked: { keys: 0, messages: 0 }, consumers: [] });

    await pool.query(`INSERT INTO outbox.parked_key (shard, topic, key, reason) VALUES (0, 't', 'k', 'no')`);
    await pool.query(
      `INSERT INTO outbox.parked_message (shard, topic, key, seq, id, type, source, payload, created_at)
       SELECT 0, 't', 'k', n, gen_random_uuid(), 'x', '/test', '{}', now() FROM generate_series(1, 2) AS n`,
    );
    await pool.query(
      `INSERT INTO outbox.consumer_position (group_id, topic, partition, next_offset)
       VALUES ('billing', 'orders', 0, 7), ('billing', 'orders', 1, 0)`,
    );
    await pool.query(
      `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, attempts)
       VALUES ('billing', 'orders', 1, 'k', 'no', 3)`,
    );
    const topic = await createTopic('status');
    await pool.query('SELECT outbox.write($1, $2, $3, $4, $5)', [topic, 'k', 'x', '/test', '{}']);
    await using relay = createRelay({ db: pool, publisher: publisher() });
    await relay.start();
    const found = await waitFor('a relay that published', async () => {
      const now = await admin.status();
      return now.shards.some(({ cursor }) => cursor === 1) ? now : undefined;
    });
    expect(found).toMatchObject({
      server: { standby: false, home: true },
      relays: [{ id: relay.status().relay, shards: 2 }],
      parked: { keys: 1, messages: 2 },
      consumers: [{ groupId: 'billing', topic: 'orders', partitions: 2, parkedKeys: 1 }],
    });
    expect(found.schema.version).toBe(found.schema.latest);
    expect(found.shards.map(({ owner }) => owner)).toEqual([relay.status().relay, relay.status().relay]);
    expect(found.slots.map(({ slot, age }) => `${slot} ${age}`).length).toBe(4);
    expect(found.slots.map(({ age }) => age).toSorted()).toEqual([0, 1, 2, 3]);
  });
});

describe('a login that may read the tables and not the sequences', () => {
  test('is refused by whatever counts on them: a sequence that is hidden looks like one that is behind', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    await pool.query(insertMessage('k'));
    const login = `look_${randomUUID().slice(0, 8)}`;
    await pool.query(`CREATE ROLE ${login}; GRANT USAGE ON SCHEMA outbox TO ${login};
                      GRANT SELECT ON ALL TABLES IN SCHEMA outbox TO ${login}`);
    try {
      await using session = await openTransaction(pool);
      await session.client.query(`SET LOCAL ROLE ${login}`);
      const admin = createAdmin(session.client);
      for (const look of [() => admin.lag(), () => admin.status(), () => admin.doctor({ watchMs: 0 })]) {
        await expect(look()).rejects.toMatchObject({
          code: 'GRANT_MISSING',
          message: expect.stringContaining('seq_g1_0_of_1'),
        });
      }
      await session.client.query('RESET ROLE');
      await session.client.query(`GRANT SELECT ON ALL SEQUENCES IN SCHEMA outbox TO ${login}`);
      await session.client.query(`SET LOCAL ROLE ${login}`);
      expect(await admin.lag()).toMatchObject([{ drawn: 1, waiting: 1 }]);
    } finally {
      await pool.query(`DROP OWNED BY ${login}`);
      await pool.query(`DROP ROLE ${login}`);
    }
  });
});
