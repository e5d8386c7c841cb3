import { createTopic, testServers, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import type { Message } from 'kafkajs';
import { kafkajsAccess } from '../../cli/kafka/kafkajs.ts';
import { kafkajsSubscriber } from '../../kafkajs/subscriber.ts';
import { createRelay } from '../../relay/create-relay.ts';
import { createProducer, createAdmin as kafkaAdmin, removeBefore } from '../../testing/fixtures/kafka/clients.ts';
import { allPublished } from '../../testing/fixtures/kafka/published.ts';
import { PUBLISHERS } from '../../testing/fixtures/kafka/publishers.ts';
import { readTopic } from '../../testing/fixtures/kafka/read-topic.ts';
import { SUBSCRIBERS } from '../../testing/fixtures/kafka/subscribers.ts';
import { type OutboxDatabase, outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { noted } from '../../testing/fixtures/outbox/events.ts';
import { writeNumbered } from '../../testing/fixtures/outbox/writing.ts';
import { createAdmin } from '../create-admin.ts';
import type { VerifyReport } from './report.ts';
import type { VerifyOptions } from './verify.ts';

jest.setTimeout(120_000);

const [{ publisher }] = PUBLISHERS as [(typeof PUBLISHERS)[number]];

const counts = ({ published, waiting, parked, missing, unknown, doubled, surplus }: VerifyReport) => ({
  published,
  waiting,
  parked,
  missing: missing.count,
  unknown: unknown.count,
  doubled: doubled.count,
  surplus: surplus.count,
});
const SETTINGS = { brokers: testServers().kafkaBrokers, tls: undefined, sasl: undefined };

const NOTHING = { published: 0, waiting: 0, parked: 0, missing: 0, unknown: 0, doubled: 0, surplus: 0 };

/** Publishes 20 messages of keys `a` and `b`, numbers 1 to 20 of the only shard, and leaves no relay behind. */
async function twentyPublished(
  database: OutboxDatabase,
  partitions = 2,
  config: Record<string, string> = {},
): Promise<string> {
  const topic = await createTopic('verify', { partitions, config });
  for (const key of ['a', 'b']) await writeNumbered(database.pool, noted(topic), { from: 0, count: 10, key });
  await using relay = createRelay({ db: database.pool, publisher: publisher() });
  await relay.start();
  await allPublished(database.pool, topic);
  await waitFor('the checkpoint', async () => (await createAdmin(database.pool).lag())[0]?.waiting === 0);
  return topic;
}

const asPublished = ({ pool }: OutboxDatabase, cursor: number, holes = '{}') =>
  pool.query('UPDATE outbox.checkpoint SET cursor = $1, holes = $2', [cursor, holes]);

describe.each(SUBSCRIBERS)('verify, through $client', ({ subscriber }) => {
  const verifying = ({ pool }: OutboxDatabase, options: Partial<VerifyOptions> = {}) =>
    createAdmin(pool).verify({ subscriber: subscriber(), ...options });

  test('finds everything where nothing is wrong, and goes by what is chosen', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await twentyPublished(database);
    const report = await verifying(database);
    expect(report.topics).toEqual([topic]);
    expect(counts(report)).toEqual({ ...NOTHING, published: 20 });
    expect(counts(await verifying(database, { key: 'a' }))).toEqual({ ...NOTHING, published: 10 });
    expect(counts(await verifying(database, { shard: 0, from: 5, to: 7 }))).toEqual({ ...NOTHING, published: 3 });
    expect(counts(await verifying(database, { since: new Date(Date.now() + 60_000) }))).toEqual(NOTHING);
    expect(counts(await verifying(database, { topic: 'another' }))).toEqual(NOTHING);
  });

  test('names what is missing, doubled, and there without having been written', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    const topic = await twentyPublished(database);
    // Sent again: doubled. Then two that count as published and were never sent, one in a hole, one above the cursor.
    await createAdmin(pool).replay({ shard: 0, from: 3, to: 4 });
    {
      await using relay = createRelay({ db: pool, publisher: publisher() });
      await relay.start();
      await waitFor('the replay', async () => (await createAdmin(pool).lag())[0]?.waiting === 0);
    }
    await writeNumbered(pool, noted(topic), { from: 10, count: 4, key: 'a' });
    await asPublished(database, 23, '{[22,23)}');
    // A commit that the server lost: its message is out.
    const { rows } = await pool.query('DELETE FROM outbox.message WHERE seq = 9 RETURNING id');
    const report = await verifying(database);
    expect(counts(report)).toEqual({ ...NOTHING, published: 21, waiting: 2, missing: 2, doubled: 2, surplus: 1 });
    expect(report.missing.first.map(({ seq, key }) => `${seq} ${key}`)).toEqual(['21 a', '23 a']);
    expect(report.doubled.first).toMatchObject([
      { seq: 3, copies: 2 },
      { seq: 4, copies: 2 },
    ]);
    expect(report.surplus.first).toMatchObject([{ id: rows[0].id, topic, key: 'a', shard: 0, seq: 9 }]);
    expect(counts(await verifying(database, { shard: 0, from: 10, to: 20 }))).toEqual({ ...NOTHING, published: 11 });
  });

  test('says that it cannot know what the retention of the topic may have removed', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await twentyPublished(database, 1);
    await writeNumbered(database.pool, noted(topic), { from: 10, count: 1, key: 'a' });
    await asPublished(database, 21);
    await database.pool.query(`UPDATE outbox.message SET created_at = now() + interval '5 minutes' WHERE seq = 21`);
    await removeBefore(topic, 0, 15);
    const report = await verifying(database);
    expect(counts(report)).toEqual({ ...NOTHING, published: 21, missing: 1, unknown: 15 });
    expect(report.missing.first.map(({ seq }) => seq)).toEqual([21]);
  });

  test('knows what retention cannot have removed yet', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await twentyPublished(database, 1, { 'retention.ms': String(6 * 3_600_000) });
    await removeBefore(topic, 0, 15);
    const { topics } = kafkajsAccess(SETTINGS);
    expect(counts(await verifying(database, { topics }))).toEqual({ ...NOTHING, published: 20, missing: 15 });
    await database.pool.query(`UPDATE outbox.message SET created_at = now() - interval '7 hours' WHERE seq <= 5`);
    expect(counts(await verifying(database, { topics }))).toEqual({
      ...NOTHING,
      published: 20,
      missing: 10,
      unknown: 5,
    });
  });

  test('finds what was deleted and what was doubled, in a range by number and by time', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    const topic = await twentyPublished(database, 1);
    const copied = (await readTopic(topic)).find(({ headers }) => Number(headers['ce_sequence']) === 12);
    await using producer = await createProducer();
    await producer.send({ topic, messages: [copied as Message & typeof copied] });
    await removeBefore(topic, 0, 5);
    const { topics } = kafkajsAccess(SETTINGS);
    const found = async (choice: Partial<VerifyOptions>) => {
      const { missing, doubled } = await verifying(database, { topics, ...choice });
      return { missing: missing.first.map(({ seq }) => seq), doubled: doubled.first.map(({ seq }) => seq) };
    };
    expect(await found({})).toEqual({ missing: [1, 2, 3, 4, 5], doubled: [12] });
    expect(await found({ shard: 0, from: 4, to: 12 })).toEqual({ missing: [4, 5], doubled: [12] });
    expect(await found({ shard: 0, from: 6, to: 11 })).toEqual({ missing: [], doubled: [] });
    // 1 to 10 are of one transaction, 11 to 20 of the next.
    const { rows } = await pool.query('SELECT min(created_at) AS at FROM outbox.message WHERE seq > 10');
    expect(await found({ until: rows[0].at })).toEqual({ missing: [1, 2, 3, 4, 5], doubled: [] });
    expect(await found({ since: rows[0].at })).toEqual({ missing: [], doubled: [12] });
  });

  test('does not look for what is parked', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    const topic = await createTopic('verify');
    await writeNumbered(pool, noted(topic), { from: 0, count: 2 });
    await asPublished(database, 2);
    await pool.query(`INSERT INTO outbox.parked_key (shard, topic, key, reason) VALUES (0, $1, 'k', 'no')`, [topic]);
    await pool.query(
      `INSERT INTO outbox.parked_message (shard, topic, key, seq, id, type, source, payload, created_at)
       SELECT shard, topic, key, seq, id, type, source, payload, created_at FROM outbox.message`,
    );
    expect(counts(await verifying(database))).toEqual({ ...NOTHING, parked: 2 });
  });

  test('commits nothing to Kafka and leaves its group empty', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await twentyPublished(database);
    await using admin = await kafkaAdmin();
    const groupsBefore = new Set((await admin.listGroups()).groups.map(({ groupId }) => groupId));
    await verifying(database, { topic });
    const { groups } = await admin.listGroups();
    const own = groups.filter(({ groupId }) => groupId.startsWith('bezel-verify-') && !groupsBefore.has(groupId));
    for (const { groupId } of own) {
      const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
      expect(offsets?.partitions.map(({ offset }) => offset)).toEqual(['-1', '-1']);
      expect((await admin.describeGroups([groupId])).groups[0]?.members).toEqual([]);
    }
  });
});

describe('verify', () => {
  test('refuses more messages than it may hold in memory', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    await twentyPublished(database);
    const [{ subscriber }] = SUBSCRIBERS as [(typeof SUBSCRIBERS)[number]];
    const verified = createAdmin(database.pool).verify({ subscriber: subscriber(), limit: 19 });
    await expect(verified).rejects.toMatchObject({ code: 'RANGE_TOO_LARGE' });
    const enough = await createAdmin(database.pool).verify({ subscriber: subscriber(), limit: 20 });
    expect(enough.published).toBe(20);
  });

  test('gives up when the brokers send nothing', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    await writeNumbered(database.pool, noted('anything'), { from: 0, count: 1 });
    const subscriber = kafkajsSubscriber({ brokers: ['127.0.0.1:1'], clientId: 'test' });
    const verified = createAdmin(database.pool).verify({ subscriber, patienceMs: 500 });
    await expect(verified).rejects.toMatchObject({ code: 'TOPIC_UNREADABLE', retryable: true });
  });
});
