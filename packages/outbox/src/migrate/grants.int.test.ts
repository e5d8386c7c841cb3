import { randomUUID } from 'node:crypto';
import { createTopic, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { ConfigResourceTypes } from 'kafkajs';
import pg from 'pg';
import { createAdmin } from '../admin/create-admin.ts';
import { createConsumer } from '../consumer/create-consumer.ts';
import { createRelay } from '../relay/create-relay.ts';
import { createRetention } from '../retention/create-retention.ts';
import { counted, effectDatabase, effects, recordEffect } from '../testing/fixtures/consumer/effects.ts';
import { createAdmin as createKafkaAdmin, createProducer } from '../testing/fixtures/kafka/clients.ts';
import { eventMessage } from '../testing/fixtures/kafka/event-message.ts';
import { PUBLISHERS } from '../testing/fixtures/kafka/publishers.ts';
import { readTopic } from '../testing/fixtures/kafka/read-topic.ts';
import { SUBSCRIBERS } from '../testing/fixtures/kafka/subscribers.ts';
import { type OutboxDatabase, outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { createOutbox } from '../writer/create-outbox.ts';
import type { Purpose } from './grants.ts';
import { migrate, migrationSql } from './migrate.ts';

jest.setTimeout(120_000);

const [publishing] = PUBLISHERS;
const [subscribing] = SUBSCRIBERS;
if (publishing === undefined || subscribing === undefined) throw new Error('there is no Kafka client');
const INSUFFICIENT_PRIVILEGE = { code: '42501' };

interface Login extends AsyncDisposable {
  readonly name: string;
  readonly pool: pg.Pool;
}

/** A login that has nothing but what `migrate` gives it. */
async function loginFor(database: OutboxDatabase, ...purposes: Purpose[]): Promise<Login> {
  const name = `login_${randomUUID().replaceAll('-', '')}`;
  await database.pool.query(`CREATE ROLE ${name} LOGIN PASSWORD 'test'`);
  await migrate(database.pool, { grantTo: [{ login: name, for: purposes }] });
  const url = new URL(database.url);
  url.username = name;
  url.password = 'test';
  const pool = new pg.Pool({ connectionString: url.href });
  return {
    name,
    pool,
    async [Symbol.asyncDispose]() {
      await pool.end();
      await database.pool.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
    },
  };
}

/** Everything the login may do with a table or a sequence, or a column of one, whichever way it came by it. */
async function rightsOf({ pool }: OutboxDatabase, { name }: Login): Promise<string[]> {
  const { rows } = await pool.query(
    `SELECT regexp_replace(c.relname, '^seq_g1_\\d+_of_\\d+$', 'seq') || ' ' || string_agg(r.privilege, ' ' ORDER BY r.n) AS may
     FROM pg_class AS c
     CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'USAGE'])
       WITH ORDINALITY AS r (privilege, n)
     WHERE c.relnamespace = 'outbox'::regnamespace AND CASE
       WHEN c.relkind = 'S' THEN r.privilege IN ('SELECT', 'UPDATE', 'USAGE') AND has_sequence_privilege($1, c.oid, r.privilege)
       WHEN c.relkind NOT IN ('r', 'p') OR r.privilege = 'USAGE' THEN false
       WHEN r.privilege IN ('DELETE', 'TRUNCATE', 'TRIGGER') THEN has_table_privilege($1, c.oid, r.privilege)
       ELSE has_any_column_privilege($1, c.oid, r.privilege)
     END
     GROUP BY c.oid, c.relname`,
    [name],
  );
  return [...new Set(rows.map(({ may }) => may as string))].toSorted();
}

async function refused({ pool }: Login, ...statements: string[]): Promise<void> {
  for (const statement of statements) {
    await expect(pool.query(statement).then(() => statement)).rejects.toMatchObject(INSUFFICIENT_PRIVILEGE);
  }
}

/** From now on the topic takes every message. */
async function acceptLarge(name: string): Promise<void> {
  await using admin = await createKafkaAdmin();
  const configEntries = [{ name: 'max.message.bytes', value: '100000' }];
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name, configEntries }],
  });
}

async function write(pool: pg.Pool, topic: string, ns: readonly number[]): Promise<void> {
  const outbox = createOutbox({ source: '/test', db: pool });
  const client = await pool.connect();
  await client.query('BEGIN');
  for (const n of ns) await outbox.write(client, counted(topic), { key: 'k', n }, { serializeKey: n === 2 });
  await client.query('COMMIT');
  client.release();
  await outbox.nudge();
}

describe('a login that is granted one purpose', () => {
  test('write: writes, and cannot read messages, its own included, or touch what relays keep', async () => {
    await using database = await outboxDatabase();
    await using login = await loginFor(database, 'write');
    await write(login.pool, 't', [1, 2]);
    await login.pool.query(`SELECT outbox.write('t', 'k', 'x', '/test', '{}', serialize_key => true)`);
    expect((await database.pool.query('SELECT count(*)::int AS n FROM outbox.message')).rows).toEqual([{ n: 3 }]);
    expect(await rightsOf(database, login)).toEqual(['config SELECT', 'message INSERT', 'seq USAGE']);
    await refused(
      login,
      'SELECT * FROM outbox.message',
      'SELECT id FROM outbox.message_slot_0',
      `UPDATE outbox.message SET key = 'x'`,
      'DELETE FROM outbox.message',
      'SELECT * FROM outbox.lease',
      'UPDATE outbox.lease SET epoch = epoch + 1',
      'SELECT * FROM outbox.checkpoint',
      'UPDATE outbox.checkpoint SET cursor = 0',
      'SELECT * FROM outbox.parked_message',
      'UPDATE outbox.parked_key SET redrive = true',
      'SELECT * FROM outbox.inbox',
      'UPDATE outbox.config SET shards = 1',
      'SELECT system_identifier FROM outbox.config',
      `SELECT setval('outbox.seq_g1_0_of_4', 1)`,
      'SELECT last_value FROM outbox.seq_g1_0_of_4',
      'SELECT outbox.empty_slot(0::smallint)',
      `INSERT INTO outbox.message (slot, shard, seq, id, topic, key, type, source, payload)
       VALUES (0, 0, 9, gen_random_uuid(), 't', 'k', 'x', '/test', '{}')`,
      'CREATE TABLE outbox.mine ()',
    );
  });

  test('relay: publishes, parks and redrives, and can neither write, draw a number nor change a message', async () => {
    await using database = await outboxDatabase();
    await using login = await loginFor(database, 'relay');
    const topic = await createTopic('granted', { partitions: 1, config: { 'max.message.bytes': '2000' } });
    await write(database.pool, topic, [1, 2]);
    const large = `{"key":"large","n":1,"text":"${'x'.repeat(4_000)}"}`;
    await database.pool.query(`SELECT outbox.write($1, 'large', 'test.counted', '/test', $2)`, [topic, large]);
    const problems: string[] = [];
    const options = { db: login.pool, publisher: publishing.publisher(), retry: { firstMs: 5, maxMs: 50 } };
    await using relay = createRelay({ ...options, onError: ({ kind }) => problems.push(kind) });
    await relay.start();
    await waitFor('the messages', () => relay.status().published === 2);
    await waitFor('the parked key', () => relay.status().parked.length === 1);
    await waitFor('the checkpoint', async () => {
      const { rows } = await database.pool.query('SELECT sum(cursor)::int AS n FROM outbox.checkpoint');
      return rows[0].n === 3;
    });
    await acceptLarge(topic);
    await createAdmin(database.pool).redrive();
    await waitFor('the mark to be taken off', () => relay.status().parked.length === 0);
    expect(await readTopic(topic)).toHaveLength(3);
    expect(problems).not.toContain('database');
    expect(await rightsOf(database, login)).toEqual([
      'checkpoint SELECT UPDATE',
      'config SELECT',
      'lease SELECT UPDATE',
      'lease_token SELECT INSERT UPDATE',
      'message SELECT',
      'migration SELECT',
      'parked_key SELECT INSERT UPDATE DELETE',
      'parked_message SELECT INSERT DELETE',
      'relay SELECT INSERT UPDATE DELETE',
      'seq SELECT',
    ]);
    await refused(
      login,
      `SELECT outbox.write('t', 'k', 'x', '/test', '{}')`,
      `SELECT nextval('outbox.seq_g1_0_of_4')`,
      `UPDATE outbox.message SET key = 'x'`,
      'DELETE FROM outbox.message',
      'TRUNCATE outbox.message_slot_0',
      'SELECT outbox.empty_slot(0::smallint)',
      'SELECT * FROM outbox.consumer_position',
      'INSERT INTO outbox.migration (version, name) VALUES (99, $$x$$)',
    );
  });

  test('consume: handles, and sees nothing of what this database publishes', async () => {
    await using database = await effectDatabase();
    await using login = await loginFor(database, 'consume');
    await database.pool.query(`GRANT INSERT ON effect TO ${login.name}`);
    const topic = await createTopic('granted', { partitions: 1 });
    await using producer = await createProducer();
    const copy = eventMessage({ type: 'test.counted', key: 'k', data: { key: 'k', n: 1 } });
    await producer.send({ topic, messages: [copy, copy] });
    const problems: string[] = [];
    const groupId = randomUUID();
    await using consumer = createConsumer({
      db: login.pool,
      subscriber: subscribing.subscriber(),
      groupId,
      handlers: [recordEffect(topic)],
      onError: ({ error }) => problems.push(error.message),
    });
    await consumer.start();
    await waitFor('the position behind both', async () => {
      const { rows } = await database.pool.query('SELECT next_offset::int AS n FROM outbox.consumer_position');
      return rows[0]?.n === 2;
    });
    expect(await effects(database.pool)).toHaveLength(1);
    expect(problems).toEqual([]);
    await producer.send({ topic, messages: [eventMessage({ type: 'test.counted', key: 'k', data: 'no JSON' })] });
    const admin = createAdmin(database.pool);
    await waitFor('it to be parked', async () => (await admin.consumers.parked()).length === 1);
    await createAdmin(login.pool).consumers.redrive();
    await waitFor('it to fail again', async () => (await admin.consumers.parked())[0]?.redrive === false);
    await createAdmin(login.pool).consumers.discard({ groupId, topic, key: 'k' });
    await createAdmin(login.pool).consumers.redrive();
    await waitFor('the end of it', async () => (await admin.consumers.parked()).length === 0);
    expect(await rightsOf(database, login)).toEqual([
      'consumer_doubt SELECT INSERT UPDATE',
      'consumer_parked_key SELECT INSERT UPDATE DELETE',
      'consumer_parked_message SELECT INSERT UPDATE DELETE',
      'consumer_position SELECT INSERT UPDATE',
      'inbox SELECT INSERT',
    ]);
    await refused(
      login,
      'SELECT * FROM outbox.message',
      `SELECT outbox.write('t', 'k', 'x', '/test', '{}')`,
      'DELETE FROM outbox.inbox',
      'TRUNCATE outbox.inbox_slot_0',
      'DELETE FROM outbox.consumer_position',
      'SELECT * FROM outbox.lease',
      'SELECT outbox.empty_slot(0::smallint)',
    );
  });

  test('retain: empties slots, and can read, write and truncate nothing', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    await using login = await loginFor(database, 'retain');
    await database.pool.query(
      `INSERT INTO outbox.message (slot, shard, seq, id, topic, key, type, source, payload)
       VALUES (mod(outbox.current_slot() + 1, 4), 0, nextval('outbox.seq_g1_0_of_1'), gen_random_uuid(), 't', 'k', 'x', '/', '{}')`,
    );
    await using retention = createRetention({ db: login.pool });
    expect((await retention.once()).map(({ outcome }) => outcome)).toContain('unpublished');
    await database.pool.query('UPDATE outbox.checkpoint SET cursor = 1');
    expect((await retention.once()).map(({ outcome }) => outcome)).toContain('emptied');
    expect(await rightsOf(database, login)).toEqual([]);
    await refused(
      login,
      'SELECT * FROM outbox.message',
      'SELECT * FROM outbox.checkpoint',
      'TRUNCATE outbox.message_slot_0',
      `SELECT outbox.write('t', 'k', 'x', '/test', '{}')`,
      'SELECT outbox.unpublished_in(0::smallint)',
    );
  });
});

test('purposes add up, and a second migrate takes nothing back', async () => {
  await using database = await outboxDatabase();
  await using login = await loginFor(database, 'write', 'consume');
  await migrate(database.pool, { grantTo: [{ login: login.name, for: ['retain'] }] });
  await write(login.pool, 't', [1]);
  await login.pool.query('SELECT outbox.empty_slot(0::smallint)');
  expect(await rightsOf(database, login)).toEqual([
    'config SELECT',
    'consumer_doubt SELECT INSERT UPDATE',
    'consumer_parked_key SELECT INSERT UPDATE DELETE',
    'consumer_parked_message SELECT INSERT UPDATE DELETE',
    'consumer_position SELECT INSERT UPDATE',
    'inbox SELECT INSERT',
    'message INSERT',
    'seq USAGE',
  ]);
});

test('a purpose there is not, and none at all, are refused before anything is done', () => {
  for (const purposes of [[], ['write', 'rule']]) {
    expect(() => migrationSql({ grantTo: [{ login: 'a', for: purposes as Purpose[] }] })).toThrow(TypeError);
  }
  expect(migrationSql({ from: 9_999, grantTo: [{ login: 'a"b', for: ['retain'] }] })).toContain('TO "a""b"');
});
