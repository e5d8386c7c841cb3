import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createDatabase, createTopic, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { createConsumer } from '../../src/consumer/create-consumer.ts';
import { createRelay } from '../../src/relay/create-relay.ts';
import { recordEffect } from '../../src/testing/fixtures/consumer/effects.ts';
import { createAdmin, createProducer } from '../../src/testing/fixtures/kafka/clients.ts';
import { PUBLISHERS } from '../../src/testing/fixtures/kafka/publishers.ts';
import { SUBSCRIBERS } from '../../src/testing/fixtures/kafka/subscribers.ts';
import { openTransaction } from '../../src/testing/fixtures/outbox/transactions.ts';
import { onOwnPostgres } from '../../src/testing/fixtures/servers/own-postgres.ts';
import { debeziumOrWhyNot, startDebezium, temporaryFolder } from '../walk/debezium.ts';
import { openGuide } from '../walk/guide.ts';
import { EFFECT_TABLE, handledOnceInOrder } from '../walk/handled.ts';
import { startWriters } from '../walk/writers.ts';

jest.setTimeout(300_000);

const [{ publisher }] = PUBLISHERS as [(typeof PUBLISHERS)[number]];
const [{ subscriber }] = SUBSCRIBERS as [(typeof SUBSCRIBERS)[number]];
const TYPE = 'test.counted';
const SLOT = 'bookshop_outbox';

/** What reads the slot and sends. */
interface Capture {
  start(place: { url: string; pool: pg.Pool; folder: string }): Promise<{ stop(): Promise<void> }>;
}

const SETTINGS = /^```properties\n([\s\S]*?)^```$/m.exec(
  readFileSync(new URL('from-debezium.md', import.meta.url), 'utf8'),
)?.[1];

/** Reads a slot in the order of commits, sends what Debezium would, and then tells the slot. */
const READER: Capture = {
  async start({ pool }) {
    await pool.query(
      `SELECT pg_create_logical_replication_slot($1, 'test_decoding')
       WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1)`,
      [SLOT],
    );
    await pool.query(`DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = '${SLOT}') THEN
        CREATE PUBLICATION ${SLOT} FOR TABLE outbox_event;
      END IF;
    END $$`);
    const producer = await createProducer();
    let going = true;
    const work = (async () => {
      while (going) {
        const end = (await pool.query('SELECT pg_current_wal_flush_lsn() AS lsn')).rows[0].lsn;
        const { rows: changes } = await pool.query(
          `SELECT lsn, substring(data FROM 'outbox_event: INSERT: id\\[uuid\\]:''([^'']+)''')::uuid AS id
           FROM pg_logical_slot_peek_changes($1, NULL, 500)`,
          [SLOT],
        );
        const { rows } = await pool.query(
          `SELECT e.*, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS time
           FROM unnest($1::uuid[]) WITH ORDINALITY AS given (id, n) JOIN outbox_event AS e USING (id) ORDER BY n`,
          [changes.flatMap(({ id }) => id ?? [])],
        );
        for (const { id, aggregatetype: topic, aggregateid: key, type, payload: value, time } of rows) {
          const headers = { id, ce_id: id, ce_type: type, ce_source: '/bookshop', ce_time: time };
          await producer.send({ topic, acks: -1, messages: [{ key, value, headers }] });
        }
        // A slot cannot be told to go back, and where nothing was to be read it goes on to where the WAL ended.
        const done = changes.at(-1)?.lsn ?? end;
        await pool.query(
          `SELECT pg_replication_slot_advance($1, $2::pg_lsn) FROM pg_replication_slots
           WHERE slot_name = $1 AND confirmed_flush_lsn < $2::pg_lsn`,
          [SLOT, done],
        );
        if (changes.length === 0) await delay(20);
      }
    })();
    return {
      async stop() {
        going = false;
        await work;
        await producer.disconnect();
      },
    };
  },
};

const program = await debeziumOrWhyNot();
const CAPTURES: Record<string, Capture> = {
  'a reader of the slot': READER,
  ...(typeof program === 'string'
    ? {}
    : {
        Debezium: {
          start: ({ url, folder }) => startDebezium(program, { folder, settings: SETTINGS ?? '', databaseUrl: url }),
        },
      }),
};

onOwnPostgres({ wal_level: 'logical' }, () => {
  describe.each(Object.keys(CAPTURES))('%s', (name) => {
    const capture = CAPTURES[name] as Capture;

    test('is replaced while writers write: each message handled once, in the order of its key', async () => {
      const guide = openGuide('from-debezium');
      using folder = temporaryFolder();
      await using database = await createDatabase();
      await using pools = new AsyncDisposableStack();
      const pool = pools.adopt(new pg.Pool({ connectionString: database.url, max: 30 }), (open) => open.end());
      const place = { url: database.url, pool, folder: folder.path };
      const topic = await createTopic('captured', { partitions: 3 });
      await heartbeatTopic();
      await guide.run('What changes on the topic', place);
      await pool.query(EFFECT_TABLE);
      let connector = await capture.start(place);
      pools.defer(() => connector.stop());

      const insert = (tx: pg.Pool | pg.PoolClient, key: string, n: number) =>
        tx.query(
          'INSERT INTO outbox_event (id, aggregatetype, aggregateid, type, payload) VALUES ($1, $2, $3, $4, $5)',
          [...[randomUUID(), topic, key, TYPE], JSON.stringify({ key, n })],
        );
      const write = (key: string, n: number) =>
        pool.query('SELECT outbox.write($1, $2, $3, $4, $5)', [
          topic,
          key,
          TYPE,
          '/bookshop',
          JSON.stringify({ key, n }),
        ]);
      const changed = new Set<string>();
      const keys = Array.from({ length: 6 }, (_, n) => `order-${n}`);
      const writers = startWriters(
        keys,
        async (key, n) => void (await (changed.has(key) ? write(key, n) : insert(pool, key, n))),
        20,
      );
      await guide.run('2. Make the tables', place);
      await using consumer = createConsumer({
        ...{ db: pool, subscriber: subscriber(), groupId: randomUUID(), foreignMessages: 'fail' },
        handlers: [recordEffect(topic)],
      });
      await consumer.start();
      await waitFor('effects', async () => (await pool.query('SELECT FROM effect')).rows.length > 100, {
        deadlineMs: 60_000,
      });
      await connector.stop();
      connector = await capture.start(place);

      {
        await using held = await openTransaction(pool);
        await insert(held.client, 'held', 0);
        await expect(guide.run('3. Switch', place)).rejects.toThrow('lock timeout');
        await held.end('COMMIT');
      }
      await using across = await openTransaction(pool, 'BEGIN ISOLATION LEVEL REPEATABLE READ');
      await across.client.query('SELECT count(*) FROM outbox_event');
      await guide.run('3. Switch', place);
      await insert(across.client, 'across', 0);
      await across.end('COMMIT');
      await waitFor(
        'the slot to be drained',
        async () => (await guide.run('4. Wait for Debezium', place))[0]?.['drained'],
        {
          deadlineMs: 90_000,
          everyMs: 100,
        },
      );
      await connector.stop();
      await using relay = createRelay({ db: pool, publisher: publisher() });
      await relay.start();

      const sofar = new Map(writers.committed);
      for (const key of keys) {
        await waitFor('more of the key', () => (writers.committed.get(key) ?? 0) > (sofar.get(key) ?? 0) + 20);
        changed.add(key);
      }
      const [first = ''] = keys;
      const then = writers.committed.get(first) ?? 0;
      await waitFor('more after the change', () => (writers.committed.get(first) ?? 0) > then + 50);
      await writers.stop();
      await handledOnceInOrder(pool, new Map([...writers.committed, ['held', 1], ['across', 1]]));
      await waitFor('nobody at the slot', async () => {
        const { rows } = await pool.query('SELECT active FROM pg_replication_slots WHERE slot_name = $1', [SLOT]);
        return rows[0]?.active === false;
      });
      await guide.run('6. Change the writers', place);
      expect(guide.left()).toEqual([]);
    });
  });
});

/** Named by the page's settings; a broker here creates none by itself. */
async function heartbeatTopic(): Promise<void> {
  await using admin = await createAdmin();
  await admin.createTopics({
    topics: [{ topic: '__debezium-heartbeat.bookshop', numPartitions: 1 }],
    waitForLeaders: false,
  });
}

test(`Debezium itself ${typeof program === 'string' ? `is left out: ${program}` : 'is there'}`, () => {
  expect(SETTINGS).toContain('slot.name=bookshop_outbox');
});
