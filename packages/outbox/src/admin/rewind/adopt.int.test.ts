import { createTopic, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { createRelay } from '../../relay/create-relay.ts';
import { allPublished, faultsOn } from '../../testing/fixtures/kafka/published.ts';
import { PUBLISHERS } from '../../testing/fixtures/kafka/publishers.ts';
import { type OutboxDatabase, outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { noted } from '../../testing/fixtures/outbox/events.ts';
import { insertMessage } from '../../testing/fixtures/outbox/reading.ts';
import { openTransaction } from '../../testing/fixtures/outbox/transactions.ts';
import { writeNumbered } from '../../testing/fixtures/outbox/writing.ts';
import { checkHistory } from '../../testing/history/check-history.ts';
import { oneAfterTheOther } from '../../testing/history/history.ts';
import { createAdmin } from '../create-admin.ts';

jest.setTimeout(120_000);

const [{ publisher }] = PUBLISHERS as [(typeof PUBLISHERS)[number]];
const SEQUENCE = 'outbox.seq_g1_0_of_1';

const relayOn = ({ pool }: OutboxDatabase) => createRelay({ db: pool, publisher: publisher() });

/** Publishes ten messages, answers them, and leaves no relay behind. */
async function tenPublished(database: OutboxDatabase, topic: string) {
  const written = await writeNumbered(database.pool, noted(topic), { from: 0, count: 10 });
  await using relay = relayOn(database);
  await relay.start();
  await allPublished(database.pool, topic);
  return written;
}

/** As logical replication leaves it: all rows are there, and sequences begin anew. */
async function copied({ pool }: OutboxDatabase): Promise<void> {
  await pool.query('UPDATE outbox.config SET system_identifier = 1');
  await pool.query(`ALTER SEQUENCE ${SEQUENCE} RESTART`);
}

const lastOf = async ({ pool }: OutboxDatabase): Promise<number | null> =>
  (await pool.query(`SELECT pg_sequence_last_value('${SEQUENCE}')::int AS last`)).rows[0].last;

describe('adopt', () => {
  test('makes a copy publish again what is written to it, where relays refused to run', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await createTopic('adopt');
    await tenPublished(database, topic);
    await copied(database);
    await expect(relayOn(database).start()).rejects.toMatchObject({ code: 'CLUSTER_CHANGED' });

    const admin = createAdmin(database.pool);
    const expected = {
      moved: true,
      shards: [{ shard: 0, raised: { from: 0, to: 10 }, again: null, fromBeginning: false }],
    };
    expect(await admin.adopt({ dryRun: true })).toEqual({ dryRun: true, ...expected });
    expect(await lastOf(database)).toBe(null);
    await expect(relayOn(database).start()).rejects.toMatchObject({ code: 'CLUSTER_CHANGED' });

    expect(await admin.adopt()).toEqual({ dryRun: false, ...expected });
    expect(await admin.adopt()).toEqual({ dryRun: false, moved: false, shards: [] });
    await using relay = relayOn(database);
    await relay.start();
    await writeNumbered(database.pool, noted(topic), { from: 10, count: 5 });
    expect(await faultsOn(database.pool, topic)).toEqual([]);
  });

  test('has published what was written before it, with numbers that nobody reads any more', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await createTopic('adopt');
    const before = await tenPublished(database, topic);
    // Of another day: the same numbers fit into today's slot once more.
    await database.pool.query('UPDATE outbox.message SET slot = mod(slot + 2, 4)');
    await copied(database);
    const after = await writeNumbered(database.pool, noted(topic), { from: 10, count: 3 });

    const { shards } = await createAdmin(database.pool).adopt();
    expect(shards).toEqual([
      { shard: 0, raised: { from: 3, to: 10 }, again: { from: 1, to: 3 }, fromBeginning: false },
    ]);
    await using relay = relayOn(database);
    await relay.start();
    const arrived = await allPublished(database.pool, topic);
    expect(checkHistory({ ...oneAfterTheOther([...before, ...after]), arrived })).toEqual([]);
  });

  test('takes a shard from a relay at work, which then publishes what is written', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await createTopic('adopt');
    await using relay = relayOn(database);
    await relay.start();
    const written = await writeNumbered(database.pool, noted(topic), { from: 0, count: 10 });
    await allPublished(database.pool, topic);
    await waitFor('the checkpoint', async () => (await createAdmin(database.pool).lag())[0]?.cursor === 10);
    await database.pool.query('UPDATE outbox.message SET slot = mod(slot + 2, 4)');
    await database.pool.query(`ALTER SEQUENCE ${SEQUENCE} RESTART`);
    written.push(...(await writeNumbered(database.pool, noted(topic), { from: 10, count: 3 })));
    expect((await createAdmin(database.pool).adopt()).moved).toBe(false);
    written.push(...(await writeNumbered(database.pool, noted(topic), { from: 13, count: 3 })));
    const arrived = await allPublished(database.pool, topic);
    expect(checkHistory({ ...oneAfterTheOther(written), arrived })).toEqual([]);
  });

  test('never puts a sequence back that a transaction drives on meanwhile', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    await pool.query(insertMessage('copied', '10'));
    await using writer = await openTransaction(pool);
    await writer.client.query(insertMessage('new'));
    const adopting = createAdmin(pool).adopt();
    await waitFor('adopt to wait for the writer', async () => {
      const { rows } = await pool.query('SELECT FROM pg_locks WHERE relation = $1::regclass AND NOT granted', [
        SEQUENCE,
      ]);
      return rows.length === 1;
    });
    await writer.client.query(`SELECT nextval('${SEQUENCE}') FROM generate_series(1, 20)`);
    await writer.end('COMMIT');
    await adopting;
    expect(await lastOf(database)).toBe(21);
  });

  test('gives up when a transaction that has written does not end, and has changed nothing', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    await pool.query('UPDATE outbox.config SET system_identifier = 1');
    await pool.query(insertMessage('copied', '10'));
    await using writer = await openTransaction(pool);
    await writer.client.query(insertMessage('new'));
    await expect(createAdmin(pool).adopt()).rejects.toMatchObject({ code: 'SEQUENCE_BUSY', retryable: true });
    expect(await lastOf(database)).toBe(1);
    expect((await createAdmin(pool).status()).server.home).toBe(false);
  });

  test('makes leases and checkpoints that a copy left out', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await createTopic('adopt');
    await writeNumbered(database.pool, noted(topic), { from: 0, count: 3 });
    await database.pool.query('DELETE FROM outbox.checkpoint');
    await database.pool.query('DELETE FROM outbox.lease');
    expect((await createAdmin(database.pool).adopt()).shards).toEqual([
      { shard: 0, raised: null, again: null, fromBeginning: true },
    ]);
    await using relay = relayOn(database);
    await relay.start();
    expect(await faultsOn(database.pool, topic)).toEqual([]);
  });

  test('refuses a sequence with which a missing number proves nothing', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    await database.pool.query(`ALTER SEQUENCE ${SEQUENCE} CACHE 10`);
    await expect(createAdmin(database.pool).adopt()).rejects.toMatchObject({ code: 'SEQUENCE_UNSAFE' });
  });

  test('is for who owns the schema', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    await pool.query('UPDATE outbox.config SET system_identifier = 1');
    const login = `adopt_${process.pid}`;
    await pool.query(`CREATE ROLE ${login}; GRANT USAGE ON SCHEMA outbox TO ${login};
      GRANT SELECT ON ALL TABLES IN SCHEMA outbox TO ${login}; GRANT SELECT ON ALL SEQUENCES IN SCHEMA outbox TO ${login}`);
    const client = await pool.connect();
    try {
      await client.query(`SET ROLE ${login}`);
      await expect(createAdmin(client).adopt()).rejects.toMatchObject({ code: 'GRANT_MISSING' });
    } finally {
      await client.query('RESET ROLE');
      client.release();
      await pool.query(`DROP OWNED BY ${login}; DROP ROLE ${login}`);
    }
  });
});
