import { randomInt } from 'node:crypto';
import { createTopic, networkPath, testServers, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import { createRetention } from '../../retention/create-retention.ts';
import { chanceOf } from '../../testing/chance.ts';
import { arrivedOn } from '../../testing/fixtures/kafka/published.ts';
import { PUBLISHERS } from '../../testing/fixtures/kafka/publishers.ts';
import { outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { Faults } from '../../testing/fixtures/random/faults.ts';
import { Journal } from '../../testing/fixtures/random/journal.ts';
import { Writers } from '../../testing/fixtures/random/writers.ts';
import { onOwnPostgres } from '../../testing/fixtures/servers/own-postgres.ts';
import { checkHistory } from '../../testing/history/check-history.ts';
import { createRelay } from '../create-relay.ts';

/** Who does what, and what breaks when. The servers' own timing is not in it: a seed makes a failure likely, not certain. */
const SEED = Number(process.env['BEZEL_RANDOM_SEED'] ?? randomInt(2 ** 31));
/** How long writers write and things break; `npm run test:full` takes a minute and a half. */
const SECONDS = Number(process.env['BEZEL_RANDOM_SECONDS'] ?? (process.env['BEZEL_TEST_FULL'] === '1' ? 90 : 15));
const SETTLE_MS = 90_000;

jest.setTimeout(SECONDS * 1_000 + 4 * SETTLE_MS);

const kafkaPort = (): number => Number(testServers().kafkaBrokers[0]?.split(':').at(-1));

/** Days of a second, so that slots come round again and are emptied while everything else goes on. */
const SHORT_DAYS = `
CREATE OR REPLACE FUNCTION outbox.current_slot() RETURNS smallint LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN (floor(date_part('epoch', clock_timestamp()))::bigint % 4)::smallint`;

/** All that was drawn is published, parked or never was. */
async function isPublished(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query(`
    SELECT every(c.holes = '{}' AND c.cursor = coalesce(pg_sequence_last_value(
      format('outbox.%I', outbox.sequence_name(f.generation, c.shard, f.shards))::regclass), 0)) AS published
    FROM outbox.checkpoint AS c CROSS JOIN outbox.config AS f`);
  return rows[0].published;
}

async function isEmpty(pool: pg.Pool): Promise<boolean> {
  return (await pool.query('SELECT NOT EXISTS (SELECT FROM outbox.message) AS empty')).rows[0].empty;
}

async function leasesTaken(pool: pg.Pool): Promise<number> {
  return (await pool.query('SELECT sum(epoch)::int AS taken FROM outbox.checkpoint')).rows[0].taken;
}

onOwnPostgres({}, () => {
  test('nothing is lost, reordered or invented, whatever happens to relays, sessions, Postgres and the way to Kafka', async () => {
    process.stderr.write(`BEZEL_RANDOM_SEED=${SEED} BEZEL_RANDOM_SECONDS=${SECONDS}\n`);
    const chance = chanceOf(SEED);
    const journal = new Journal();
    using path = networkPath(kafkaPort());
    await using database = await outboxDatabase({ shards: 4 });
    const { pool, url } = database;
    await pool.query(SHORT_DAYS);
    const topics = [await createTopic('random-a', { partitions: 6 }), await createTopic('random-b', { partitions: 3 })];
    const writers = new Writers({ url, topics, journal, sessions: 8, keys: 12 });
    await writers.prepare();
    await using retention = createRetention({ db: pool, keepDays: 0, everyMs: 150 });
    retention.start();
    const create = () =>
      createRelay({
        db: pool,
        publisher: chance.pick(PUBLISHERS).publisher(undefined, 700),
        leaseMs: 1_000,
        checkpointMs: 20,
        retry: { firstMs: 20, maxMs: 300 },
        onError: ({ kind, error }) => journal.note(`this process's relay: ${kind}: ${error.message}`),
      });
    const clients = PUBLISHERS.map(({ client }) => client);
    await using faults = new Faults({ url, create, path, journal, clients });
    await faults.start();
    const over = AbortSignal.timeout(SECONDS * 1_000);
    try {
      await Promise.all([writers.run(chance.fork(), over), faults.run(chance.fork(), over)]);
      journal.note('writers and faults have ended');
      await waitFor('the checkpoints', () => isPublished(pool), { deadlineMs: SETTLE_MS, everyMs: 100 });
      await waitFor('retention to empty all', () => isEmpty(pool), { deadlineMs: SETTLE_MS, everyMs: 100 });
      const [committed, arrived] = [await writers.committed(), await arrivedOn(...topics)];
      process.stderr.write(
        `${committed.size} transactions committed, ${writers.written.length} messages written, ${arrived.length} arrived, ${new Set(arrived.map(({ id }) => id)).size} different, leases taken ${await leasesTaken(pool)} times\n`,
      );
      expect(checkHistory({ written: writers.written, committed, arrived }).slice(0, 20)).toEqual([]);
      expect(arrived.length).toBeGreaterThan(100);
    } catch (error) {
      process.stderr.write(`BEZEL_RANDOM_SEED=${SEED}\n${String(error)}\n${journal.tail(80)}\n`);
      throw error;
    }
  });
});
