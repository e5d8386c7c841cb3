import { randomUUID } from 'node:crypto';
import { createDatabase, createTopic, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import type { KafkaAccess } from '../../cli/kafka/access.ts';
import { kafkajsAccess } from '../../cli/kafka/kafkajs.ts';
import { platformaticAccess } from '../../cli/kafka/platformatic.ts';
import { PURPOSES, rightsFor } from '../../migrate/grants.ts';
import { migrate } from '../../migrate/migrate.ts';
import { loadMigrations } from '../../migrate/migrations.ts';
import { createRelay } from '../../relay/create-relay.ts';
import { createProducer, removeBefore } from '../../testing/fixtures/kafka/clients.ts';
import { PUBLISHERS } from '../../testing/fixtures/kafka/publishers.ts';
import { type OutboxDatabase, outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { insertMessage } from '../../testing/fixtures/outbox/reading.ts';
import { openTransaction, rolledBack } from '../../testing/fixtures/outbox/transactions.ts';
import { migrateTo } from '../../testing/fixtures/schema/migrate-to.ts';
import { createAdmin } from '../create-admin.ts';
import type { DoctorOptions } from './doctor.ts';
import type { FindingCode } from './findings.ts';

jest.setTimeout(120_000);

const [{ publisher }] = PUBLISHERS as [(typeof PUBLISHERS)[number]];
const BROKERS = {
  brokers: (process.env['BEZEL_TEST_KAFKA_BROKERS'] ?? '').split(','),
  tls: undefined,
  sasl: undefined,
};

/** What is found where no relay runs, which is not what these tests are about. */
async function found({ pool }: OutboxDatabase, options: DoctorOptions = {}): Promise<string[]> {
  const findings = await createAdmin(pool).doctor({ watchMs: 0, ...options });
  return findings
    .filter(({ code }) => code !== 'RELAY_MISSING')
    .map(({ code, subject }) => `${code} ${subject}`.trim());
}

const expectation = (code: FindingCode, subject = '') => [`${code} ${subject}`.trim()];

/** A row of a day long gone, in a slot that is not written to now unless told. */
async function insertOld({ pool }: OutboxDatabase, age = 2): Promise<number> {
  const { rows } = await pool.query(
    `INSERT INTO outbox.message (slot, shard, seq, id, topic, key, type, source, payload, created_at)
     VALUES (mod(outbox.current_slot() - $1::int + 4, 4), 0, nextval('outbox.seq_g1_0_of_1'), gen_random_uuid(), 't', 'k',
             'x', '/test', '{}', clock_timestamp() - interval '80 hours')
     RETURNING slot::int`,
    [age],
  );
  return rows[0].slot;
}

/** A role of one test's own. */
async function role(pool: pg.Pool) {
  const name = `doctor_${randomUUID().slice(0, 8)}`;
  await pool.query(`CREATE ROLE ${name}`);
  return {
    name,
    async [Symbol.asyncDispose]() {
      await pool.query(`DROP OWNED BY ${name}`);
      await pool.query(`DROP ROLE ${name}`);
    },
  };
}

describe('a database', () => {
  test('with nothing wrong has no finding', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    await database.pool.query(insertMessage('k'));
    expect(await found(database)).toEqual([]);
  });

  test('that was moved to another cluster', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    await database.pool.query('UPDATE outbox.config SET system_identifier = 1');
    expect(await found(database)).toEqual(expectation('CLUSTER_CHANGED'));
  });

  test.each<[FindingCode, string]>([
    ['SCHEMA_OUTDATED', 'DELETE FROM outbox.migration WHERE version = (SELECT max(version) FROM outbox.migration)'],
    ['SCHEMA_NEWER', `INSERT INTO outbox.migration (version, name) VALUES (9999, 'of tomorrow')`],
    ['KEY_PARKED', `INSERT INTO outbox.parked_key (shard, topic, key, reason) VALUES (0, 't', 'k', 'no')`],
  ])('%s', async (code, statement) => {
    await using database = await outboxDatabase({ shards: 1 });
    await database.pool.query(statement);
    expect(await found(database)).toEqual(expectation(code));
  });

  test('of any earlier version is told to be outdated, whatever it lacks', async () => {
    await using database = await createDatabase();
    const pool = new pg.Pool({ connectionString: database.url });
    try {
      const versions = loadMigrations().map(({ version }) => version);
      for (const version of versions.slice(0, -1)) {
        await migrateTo(pool, version);
        const findings = await createAdmin(pool).doctor({ watchMs: 0 });
        expect(findings).toMatchObject([
          { code: 'SCHEMA_OUTDATED', seen: expect.stringContaining(`version ${version},`) },
        ]);
      }
      await migrate(pool);
      expect(await createAdmin(pool).doctor({ watchMs: 0 })).toMatchObject([{ code: 'RELAY_MISSING' }]);
    } finally {
      await pool.end();
    }
  });

  test('with an event parked by a consumer', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    await database.pool.query(
      `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, attempts)
       VALUES ('billing', 'orders', 1, 'c', 'no stock', 3)`,
    );
    expect(await found(database)).toEqual(expectation('EVENT_PARKED', 'billing'));
  });

  test('whose clock is apart', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { now } = Date;
    const spy = jest.spyOn(Date, 'now').mockImplementation(() => now() - 60_000);
    try {
      expect(await found(database)).toEqual(expectation('CLOCKS_APART'));
    } finally {
      spy.mockRestore();
    }
  });
});

describe('a sequence', () => {
  test.each([
    ['the rows', insertMessage('k', '7')],
    ['the cursor', 'UPDATE outbox.checkpoint SET cursor = 7'],
    ['a hole', `UPDATE outbox.checkpoint SET holes = '{[2,8)}'`],
    [
      'a parked copy',
      `WITH k AS (INSERT INTO outbox.parked_key (shard, topic, key, reason) VALUES (0, 't', 'k', 'no'))
       INSERT INTO outbox.parked_message (shard, topic, key, seq, id, type, source, payload, created_at)
       VALUES (0, 't', 'k', 7, gen_random_uuid(), 'x', '/test', '{}', now())`,
    ],
  ])('that is behind %s', async (_, statement) => {
    await using database = await outboxDatabase({ shards: 1 });
    await database.pool.query(`SELECT setval('outbox.seq_g1_0_of_1', 6)`);
    await database.pool.query(statement);
    expect(await found(database)).toContain('SEQUENCE_BEHIND shard 0');
    await database.pool.query(`SELECT setval('outbox.seq_g1_0_of_1', 7)`);
    expect(await found(database)).not.toContain('SEQUENCE_BEHIND shard 0');
  });

  test.each(['INCREMENT 2', 'CACHE 5', 'CYCLE'])('with %s', async (setting) => {
    await using database = await outboxDatabase({ shards: 1 });
    await database.pool.query(`ALTER SEQUENCE outbox.seq_g1_0_of_1 ${setting}`);
    expect(await found(database)).toEqual(expectation('SEQUENCE_UNSAFE', 'shard 0'));
  });
});

describe('a long transaction', () => {
  test.each([
    ['open', false],
    ['prepared', true],
  ])('that has written and is %s holds a gap', async (_, prepare) => {
    await using database = await outboxDatabase({ shards: 1 });
    await using tx = await openTransaction(database.pool);
    await tx.client.query(insertMessage('k'));
    const name = randomUUID();
    await using _prepared = rolledBack(database.pool, name);
    if (prepare) await tx.end(`PREPARE TRANSACTION '${name}'`);
    expect(await found(database, { openSeconds: 3_600 })).toEqual([]);
    expect(await found(database, { openSeconds: 0 })).toEqual(expectation('GAP_HELD', 'shard 0'));
  });
});

describe('a long transaction of a login that hides it', () => {
  test('counts when it is there at both looks; its age nobody is told', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    await using looker = await role(pool);
    await pool.query(`GRANT USAGE ON SCHEMA outbox TO ${looker.name};
                      GRANT SELECT ON ALL TABLES IN SCHEMA outbox TO ${looker.name};
                      GRANT SELECT ON ALL SEQUENCES IN SCHEMA outbox TO ${looker.name}`);
    await using session = await openTransaction(pool);
    await session.client.query(`SET LOCAL ROLE ${looker.name}`);
    await using writer = await openTransaction(pool);
    await writer.client.query(insertMessage('k'));
    const admin = createAdmin(session.client);
    expect(await admin.gaps()).toMatchObject([{ holders: [{ login: 'postgres', since: null, seconds: null }] }]);
    const held = (await admin.doctor({ watchMs: 0 })).filter(({ code }) => code === 'GAP_HELD');
    expect(held).toMatchObject([{ subject: 'shard 0', seen: expect.stringContaining('pg_read_all_stats') }]);
    await writer.end('ROLLBACK');
    expect((await admin.doctor({ watchMs: 0 })).map(({ code }) => code)).not.toContain('GAP_HELD');
  });
});

describe('an inbox', () => {
  test('is held by a position that stands still, or has a key parked, and not by one that lags and moves', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    await pool.query(
      `INSERT INTO outbox.consumer_position (group_id, topic, partition, next_offset, inbox_from, inbox_window)
       VALUES ('g', 't', 0, 9, now() - interval '7 days', '7 days'), ('g', 'gone', 0, 5, '-infinity', '7 days'),
              ('g', 'gone', 1, 5, '-infinity', '7 days'), ('new', 't', 0, 5, '-infinity', '7 days')`,
    );
    await pool.query(
      `INSERT INTO outbox.inbox (group_id, slot, ce_time, id)
       SELECT 'g', outbox.inbox_slot(t), t, t::text FROM unnest(ARRAY[now() - interval '12 days', now()]) AS t`,
    );
    expect(await found(database)).toEqual([]);
    await pool.query(`UPDATE outbox.consumer_position SET moved_at = now() - interval '2 days'`);
    expect(await found(database)).toEqual(expectation('INBOX_HELD', 'g'));
    expect((await createAdmin(pool).doctor({ watchMs: 0 })).find(({ code }) => code === 'INBOX_HELD')?.seen).toMatch(
      /^gone, partitions 0, 1: moved last at /,
    );
    await pool.query(`UPDATE outbox.consumer_position SET moved_at = now(), parked = topic = 'gone'`);
    expect((await createAdmin(pool).doctor({ watchMs: 0 })).find(({ code }) => code === 'INBOX_HELD')?.seen).toMatch(
      /a key is parked/,
    );
    await pool.query(`DELETE FROM outbox.consumer_position WHERE topic = 'gone'`);
    expect(await found(database)).toEqual([]);
  });
});

describe('a slot that should be empty', () => {
  test('tells whether it is unpublished, held, or left by everybody', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    const subject = `slot ${await insertOld(database)}`;
    expect(await found(database)).toEqual(expectation('SLOT_UNPUBLISHED', subject));
    await pool.query('UPDATE outbox.checkpoint SET cursor = 1');
    expect(await found(database)).toEqual(expectation('SLOT_NOT_EMPTIED', subject));
    {
      await using reader = await openTransaction(pool);
      await reader.client.query('SELECT count(*) FROM outbox.message');
      expect(await found(database, { openSeconds: 0 })).toEqual(expectation('SLOT_HELD', subject));
      expect(await found(database, { openSeconds: 3_600 })).toEqual(expectation('SLOT_NOT_EMPTIED', subject));
      await reader.end('COMMIT');
    }
    await pool.query('UPDATE outbox.message SET created_at = clock_timestamp()');
    expect(await found(database)).toEqual([]);
  });

  test('is told when it is written to again as well', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const slot = await insertOld(database, 0);
    await database.pool.query('UPDATE outbox.checkpoint SET cursor = 1');
    const all = await createAdmin(database.pool).doctor({ watchMs: 0 });
    expect(all.find(({ code }) => code === 'SLOT_NOT_EMPTIED')).toMatchObject({
      subject: `slot ${slot}`,
      seen: expect.stringContaining('written to again'),
    });
  });
});

describe('a relay', () => {
  test('is missing until one renews its leases', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const codes = async (): Promise<string[]> =>
      (await createAdmin(database.pool).doctor({ watchMs: 1_500 })).map(({ code }) => code);
    expect(await codes()).toEqual(['RELAY_MISSING']);
    await using relay = createRelay({ db: database.pool, publisher: publisher() });
    await relay.start();
    await waitFor('the shard', () => relay.status().shards.length === 1);
    expect(await codes()).toEqual([]);
  });
});

describe('a login', () => {
  test('lacks whichever right of its purposes it was not granted', async () => {
    await using database = await outboxDatabase({ shards: 2 });
    const { pool } = database;
    await using login = await role(pool);
    const missing = (purpose: (typeof PURPOSES)[number]) =>
      found(database, { grantTo: [{ login: login.name, for: [purpose] }] });
    // What everybody may do by default is not what is asked about here.
    await pool.query('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA outbox FROM PUBLIC');
    for (const purpose of PURPOSES) {
      const rights = rightsFor('"outbox"', [purpose]);
      const grant = (list: readonly string[]) =>
        pool.query(list.map((right) => `GRANT ${right} TO ${login.name}`).join(';'));
      for (const right of rights) {
        await pool.query(`DROP OWNED BY ${login.name}`);
        await grant(rights.filter((other) => other !== right));
        expect(`${right}: ${await missing(purpose)}`).toBe(`${right}: GRANT_MISSING ${login.name}`);
      }
      await grant(rights);
      expect(await missing(purpose)).toEqual([]);
    }
  });

  test('may have its rights through a role; one there is not has none', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    await using group = await role(pool);
    await using member = await role(pool);
    const asked = { grantTo: [{ login: member.name, for: ['relay'] as const }] };
    await pool.query(`GRANT ${group.name} TO ${member.name}`);
    expect(await found(database, asked)).toEqual(expectation('GRANT_MISSING', member.name));
    await pool.query(
      rightsFor('"outbox"', ['relay'])
        .map((right) => `GRANT ${right} TO ${group.name}`)
        .join(';'),
    );
    expect(await found(database, asked)).toEqual([]);
    expect(await found(database, { grantTo: ['nobody-of-that-name'] })).toEqual(
      expectation('GRANT_MISSING', 'nobody-of-that-name'),
    );
  });
});

const CLIENTS: readonly (readonly [string, () => KafkaAccess])[] = [
  ['kafkajs', () => kafkajsAccess(BROKERS)],
  ['platformatic', () => platformaticAccess(BROKERS)],
];

describe.each(CLIENTS)('a topic, through %s', (_, access) => {
  test('has fewer replicas than promised, keeps messages longer than the inbox, or is not there', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const { pool } = database;
    const topic = await createTopic('doctor');
    const lost = `lost-${randomUUID()}`;
    await pool.query(insertMessage('k').replace(`'t'`, `'${topic}'`));
    const { topics } = access();
    expect(await found(database, { topics, replicas: 1 })).toEqual([]);
    expect(await found(database, { topics, replicas: 2 })).toEqual([
      `TOPIC_UNDERREPLICATED ${topic}`,
      `TOPIC_ACKNOWLEDGED_EARLY ${topic}`,
    ]);
    await pool.query(
      `INSERT INTO outbox.consumer_position (group_id, topic, partition, next_offset) VALUES ('g', '${topic}', 0, 0)`,
    );
    // Kafka keeps messages for 7 days unless told, and for as long as their segment is written to, which may be 7 more.
    expect(await found(database, { topics, replicas: 1, inboxDays: 14 })).toEqual([]);
    expect(await found(database, { topics, replicas: 1, inboxDays: 13 })).toEqual(
      expectation('INBOX_TOO_SHORT', topic),
    );
    // What a consumer said counts more.
    await pool.query(`UPDATE outbox.consumer_position SET inbox_window = '14 days'`);
    expect(await found(database, { topics, replicas: 1, inboxDays: 13 })).toEqual([]);
    await pool.query(insertMessage('k').replace(`'t'`, `'${lost}'`));
    expect(await found(database, { topics, replicas: 1 })).toEqual(expectation('TOPIC_MISSING', lost));
  });

  test('no longer holds what a group is to handle next', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await createTopic('doctor', { partitions: 1 });
    await using producer = await createProducer();
    await producer.send({ topic, messages: [{ value: 'a' }, { value: 'b' }] });
    await database.pool.query(
      `INSERT INTO outbox.consumer_position (group_id, topic, partition, next_offset) VALUES ('g', '${topic}', 0, 1)`,
    );
    const { topics: offsets } = access();
    expect(await found(database, { offsets })).toEqual([]);
    await removeBefore(topic, 0, 2);
    expect(await found(database, { offsets })).toEqual(expectation('POSITION_OUT_OF_RANGE', 'g'));
  });
});
