import { createTopic, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { allPublished, faultsOn } from '../testing/fixtures/kafka/published.ts';
import { PUBLISHERS } from '../testing/fixtures/kafka/publishers.ts';
import { readTopic } from '../testing/fixtures/kafka/read-topic.ts';
import { type OutboxDatabase, outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { noted } from '../testing/fixtures/outbox/events.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';
import { writeNumbered } from '../testing/fixtures/outbox/writing.ts';
import { spawnRelay } from '../testing/fixtures/processes/spawn-relay.ts';
import { onOwnPostgres } from '../testing/fixtures/servers/own-postgres.ts';
import { checkHistory } from '../testing/history/check-history.ts';
import { committedIn } from '../testing/history/committed-in.ts';
import { oneAfterTheOther } from '../testing/history/history.ts';
import { createOutbox } from '../writer/create-outbox.ts';
import { createRelay } from './create-relay.ts';
import type { RelayProblem } from './status.ts';

jest.setTimeout(120_000);

const outbox = createOutbox({ source: '/test' });
const oneShard = () => outboxDatabase({ shards: 1 });

function anyPublisher() {
  const [first] = PUBLISHERS;
  if (first === undefined) throw new Error('there is no publisher');
  return first.publisher();
}

async function session(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** SIGKILL of one backend: the postmaster lives, ends all others and starts anew, as after any crash. */
async function crashBackend(url: string): Promise<void> {
  const [victim, witness] = [await session(url), await session(url)];
  const { rows } = await victim.query('SELECT pg_backend_pid() AS pid');
  const ended = new Promise((resolve) => witness.once('end', resolve));
  process.kill(rows[0].pid, 'SIGKILL');
  await ended;
}

/** Nobody gets in before every session of the time before is gone: what the pool has afterwards works. */
const answers = ({ url }: OutboxDatabase) =>
  waitFor('Postgres', () =>
    session(url).then(
      (client) => client.end().then(() => true),
      () => false,
    ),
  );

const checkpointed = ({ pool }: OutboxDatabase, cursor: number) =>
  waitFor(`a checkpoint at ${cursor}`, async () => {
    const { rows } = await pool.query('SELECT cursor, holes::text FROM outbox.checkpoint');
    return rows[0].cursor === String(cursor) && rows[0].holes === '{}';
  });

/** What was published before a crash took it back counts for nothing. */
async function inOrder({ pool }: OutboxDatabase, topic: string): Promise<void> {
  const messages = await allPublished(pool, topic);
  const committed = await committedIn(pool);
  const ids = new Set(committed.map(({ id }) => id));
  const arrived = messages.filter(({ id }) => ids.has(id));
  expect(checkHistory({ ...oneAfterTheOther(committed), arrived })).toEqual([]);
}

// A commit is answered before it is written down, and the writer of the log sleeps: a crash loses what is younger.
onOwnPostgres({ synchronous_commit: 'off', wal_writer_delay: '10s' }, (server) => {
  describe('a relay whose Postgres', () => {
    test('crashes and loses commits: their numbers, drawn again, are published in order', async () => {
      let lost = 0;
      for (let round = 0; lost === 0 && round < 5; round += 1) {
        await using database = await oneShard();
        const { pool } = database;
        const topic = await createTopic('crashed');
        const event = noted(topic);
        await using relay = spawnRelay('kafkajs', database.url);
        await writeNumbered(pool, event, { from: 1, count: 10 });
        await allPublished(pool, topic);
        await checkpointed(database, 10);
        // The lease is on disk from here on; what follows is not.
        await pool.query('CHECKPOINT');
        await writeNumbered(pool, event, { from: 11, count: 10 });
        await allPublished(pool, topic);
        relay.child.kill('SIGSTOP');
        await crashBackend(database.url);
        await answers(database);
        lost = 20 - (await committedIn(pool)).length;
        // More than were lost, so that no number tells that something happened.
        await writeNumbered(pool, event, { from: 21, count: 40 });
        relay.child.kill('SIGCONT');
        await inOrder(database, topic);
      }
      expect(lost).toBeGreaterThan(0);
    });

    test('is stopped and started: a prepared transaction, whose name is another one now, is waited for', async () => {
      await using database = await oneShard();
      const { pool } = database;
      const topic = await createTopic('restarted');
      const event = noted(topic);
      await using relay = createRelay({ db: pool, publisher: anyPublisher(), retry: { firstMs: 20, maxMs: 200 } });
      await relay.start();
      const prepared = await openTransaction(pool);
      await outbox.write(prepared.client, event, { key: 'late', n: 1 });
      await prepared.end(`PREPARE TRANSACTION 'across-a-restart'`);
      await writeNumbered(pool, event, { from: 1, count: 1 });
      await waitFor('the gap', () => relay.status().shards.some(({ gaps, cursor }) => gaps === 1 && cursor === 2));
      await allPublished(pool, topic);
      await server().stop();
      await server().start();
      await answers(database);
      // Each is read after the one before: reads enough to give a gap up, if somebody were to.
      for (let n = 2; n < 8; n += 1) {
        await writeNumbered(pool, event, { from: n, count: 1 });
        await allPublished(pool, topic);
      }
      await pool.query(`COMMIT PREPARED 'across-a-restart'`);
      expect(await faultsOn(pool, topic)).toEqual([]);
      expect(await committedIn(pool)).toHaveLength(8);
    });

    test('is a standby: it refuses; once that is promoted, what it had and what comes is published in order', async () => {
      await using database = await oneShard();
      const { pool } = database;
      const topic = await createTopic('promoted');
      const event = noted(topic);
      await using relay = spawnRelay('kafkajs', database.url);
      await writeNumbered(pool, event, { from: 1, count: 10 });
      await allPublished(pool, topic);
      await checkpointed(database, 10);
      await server().stop();
      await server().copyData();
      await server().start();
      await answers(database);
      await writeNumbered(pool, event, { from: 11, count: 20 });
      await allPublished(pool, topic);
      relay.child.kill('SIGSTOP');
      await server().kill();
      await server().startCopyAsStandby();
      await answers(database);
      const problems: RelayProblem[] = [];
      await using onStandby = createRelay({
        db: pool,
        publisher: anyPublisher(),
        retry: { firstMs: 20, maxMs: 200 },
        onError: (problem) => problems.push(problem),
      });
      await onStandby.start();
      await waitFor('the refusal', () => problems.length > 0);
      expect(problems[0]).toMatchObject({ kind: 'database', error: { code: 'SERVER_READ_ONLY' } });
      expect(onStandby.status()).toMatchObject({ shards: [], published: 0 });
      await pool.query('SELECT pg_promote()');
      await writeNumbered(pool, event, { from: 31, count: 60 });
      relay.child.kill('SIGCONT');
      await inOrder(database, topic);
      expect((await readTopic(topic)).length).toBeGreaterThanOrEqual(90);
    });
  });
});
