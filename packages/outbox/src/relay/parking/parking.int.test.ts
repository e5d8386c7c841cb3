import { createTopic, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { ConfigResourceTypes } from 'kafkajs';
import type pg from 'pg';
import { createAdmin } from '../../admin/create-admin.ts';
import { createRetention } from '../../retention/create-retention.ts';
import { FAILPOINTS } from '../../testing/failpoints.ts';
import { createAdmin as createKafkaAdmin } from '../../testing/fixtures/kafka/clients.ts';
import { arrivedOn } from '../../testing/fixtures/kafka/published.ts';
import { PUBLISHERS } from '../../testing/fixtures/kafka/publishers.ts';
import { type OutboxDatabase, outboxDatabase } from '../../testing/fixtures/outbox/database.ts';
import { noted } from '../../testing/fixtures/outbox/events.ts';
import { spawnRelay } from '../../testing/fixtures/processes/spawn-relay.ts';
import { checkHistory } from '../../testing/history/check-history.ts';
import { oneAfterTheOther, type WrittenMessage } from '../../testing/history/history.ts';
import { createOutbox } from '../../writer/create-outbox.ts';
import { createRelay } from '../create-relay.ts';
import type { RelayProblem } from '../status.ts';

jest.setTimeout(180_000);

const { relayPublishing, relayPublished, relayCheckpointing } = FAILPOINTS;
const outbox = createOutbox({ source: '/test' });
type Noted = ReturnType<typeof noted>;
type Written = Pick<WrittenMessage, 'id' | 'topic' | 'key'>;

/** Commits one message, and answers it. */
async function write(pool: pg.Pool, event: Noted, key: string, n: number, text = ''): Promise<Written> {
  const tx = await pool.connect();
  try {
    await tx.query('BEGIN');
    const { id } = await outbox.write(tx, event, { key, n, text });
    await tx.query('COMMIT');
    return { id, topic: event.topic, key };
  } finally {
    tx.release();
  }
}

/** Larger than the test's topics take, and smaller than what the writer refuses. */
const POISON = 'x'.repeat(20_000);
const smallTopic = () => createTopic('parking', { config: { 'max.message.bytes': '5000' } });

/** From now on the topic takes every message. */
async function acceptLarge(topic: string): Promise<void> {
  await using admin = await createKafkaAdmin();
  await admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: ConfigResourceTypes.TOPIC,
        name: topic,
        configEntries: [{ name: 'max.message.bytes', value: '100000' }],
      },
    ],
  });
}

const parkedMessages = async ({ pool }: OutboxDatabase): Promise<number> =>
  (await createAdmin(pool).parked()).reduce((sum, { messages }) => sum + messages, 0);

/** How many messages are on the topic, copies not counted. */
const arrivals = async (topic: string): Promise<number> => new Set((await arrivedOn(topic)).map(({ id }) => id)).size;

/** What is wrong with the topic, when all of it was committed in this order. */
const faultsOf = async (topic: string, written: readonly Written[]) =>
  checkHistory({ ...oneAfterTheOther(written), arrived: await arrivedOn(topic) });

describe.each(PUBLISHERS)('a message refused for good, on $client', ({ client, publisher }) => {
  test('parks its key, which tells; other keys go on, and a redrive sends everything in order', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await smallTopic();
    const event = noted(topic);
    const problems: RelayProblem[] = [];
    await using relay = createRelay({
      db: database.pool,
      publisher: publisher(),
      onError: (problem) => problems.push(problem),
    });
    await relay.start();
    const written = [await write(database.pool, event, 'a', 0), await write(database.pool, event, 'a', 1, POISON)];
    for (let n = 2; n < 40; n += 1) written.push(await write(database.pool, event, n % 2 === 0 ? 'a' : 'b', n));

    await waitFor('what follows to be parked too', async () => (await parkedMessages(database)) === 20);
    await waitFor('the other key', async () => (await arrivals(topic)) === 20);
    const heldBack = written.filter(({ key }) => key === 'a').slice(1);
    expect((await faultsOf(topic, written)).map(({ kind, id }) => ({ kind, id }))).toEqual(
      heldBack.map(({ id }) => ({ kind: 'lost', id })),
    );
    expect(problems.filter(({ kind }) => kind === 'parked')).toMatchObject([{ topic, key: 'a' }]);
    expect(relay.status()).toMatchObject({ parked: [{ topic, key: 'a', redriving: false }], waiting: [] });
    expect(await createAdmin(database.pool).parked()).toMatchObject([
      { topic, key: 'a', messages: 20, redrive: false },
    ]);

    await acceptLarge(topic);
    expect(await createAdmin(database.pool).redrive({ topic, key: 'a' })).toEqual([{ topic, key: 'a' }]);
    for (let n = 40; n < 80; n += 1) written.push(await write(database.pool, event, 'a', n));
    await waitFor('all of it', async () => (await arrivals(topic)) === written.length);
    expect(await faultsOf(topic, written)).toEqual([]);
    await waitFor('the end of it', () => relay.status().parked.length === 0);
    expect(await createAdmin(database.pool).parked()).toEqual([]);
  });

  test('parks its key again when a redrive comes too early, and keeps its order through relays that are killed', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await smallTopic();
    const event = noted(topic);
    const admin = createAdmin(database.pool);
    const written: Written[] = [];
    const writeSome = async (count: number) => {
      for (let n = 0; n < count; n += 1) {
        written.push(await write(database.pool, event, 'a', written.length, written.length === 3 ? POISON : ''));
      }
    };
    await using first = spawnRelay(client, database.url);
    await writeSome(10);
    await waitFor('the key to be parked', async () => (await parkedMessages(database)) === 7, { deadlineMs: 60_000 });
    await admin.redrive();
    await waitFor('it to be refused again', async () => (await admin.parked())[0]?.redrive === false);
    await writeSome(10);
    first.child.kill('SIGKILL');
    await first.ended;
    await acceptLarge(topic);
    await admin.redrive();
    // Killed in the midst of what it sends again, at each step in turn.
    for (const failpoint of [relayPublishing, relayPublished, relayCheckpointing]) {
      await writeSome(5);
      await using next = spawnRelay(client, database.url, `${failpoint}=kill`);
      expect(await next.ended).toBe('SIGKILL');
    }
    await using last = spawnRelay(client, database.url);
    await waitFor('all of it', async () => (await arrivals(topic)) === written.length, { deadlineMs: 60_000 });
    expect(await faultsOf(topic, written)).toEqual([]);
    await waitFor('the end of it', async () => (await admin.parked()).length === 0);
    expect(last.child.exitCode).toBeNull();
  });
});

test('what is parked keeps no slot from being emptied', async () => {
  await using database = await outboxDatabase({ shards: 1 });
  const topic = await smallTopic();
  const event = noted(topic);
  const publisher = PUBLISHERS[0]?.publisher;
  if (publisher === undefined) throw new Error('there is no publisher');
  await using relay = createRelay({ db: database.pool, publisher: publisher() });
  const written = [await write(database.pool, event, 'a', 0, POISON), await write(database.pool, event, 'a', 1)];
  const { rows } = await database.pool.query('SELECT mod(outbox.current_slot() + 1, 4) AS slot');
  // As if they had been written days ago.
  await database.pool.query('UPDATE outbox.message SET slot = $1', [rows[0].slot]);
  await relay.start();
  await using retention = createRetention({ db: database.pool });
  await waitFor('the slot to be emptied', async () =>
    (await retention.once()).some(({ outcome }) => outcome === 'emptied'),
  );
  expect(await parkedMessages(database)).toBe(2);
  await acceptLarge(topic);
  await createAdmin(database.pool).redrive({ topic });
  await waitFor('both', async () => (await arrivals(topic)) === 2);
  expect(await faultsOf(topic, written)).toEqual([]);
});
