import { readFileSync } from 'node:fs';
import { createTopic, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import { createRelay } from '../src/relay/create-relay.ts';
import { allPublished } from '../src/testing/fixtures/kafka/published.ts';
import { PUBLISHERS } from '../src/testing/fixtures/kafka/publishers.ts';
import { outboxDatabase } from '../src/testing/fixtures/outbox/database.ts';
import { noted } from '../src/testing/fixtures/outbox/events.ts';
import { openTransaction } from '../src/testing/fixtures/outbox/transactions.ts';
import { createOutbox } from '../src/writer/create-outbox.ts';

jest.setTimeout(120_000);

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('every test that reading.md names exists', () => {
  const named = [...read('reading.md').matchAll(/`([\w./-]+\.(?:spec|int\.test)\.ts)`, "(.+?)" +\|$/gm)];
  expect(named.length).toBeGreaterThan(20);
  const missing = named.filter(([, file, name]) => {
    const text = read(`../${file}`);
    return ![`'${name}'`, `"${name}"`].some((quoted) => text.includes(quoted));
  });
  expect(missing.map(([, file, name]) => `${file}: ${name}`)).toEqual([]);
});

/** Takes from a server what a crash takes: commits that were not flushed, their numbers, and what is UNLOGGED. */
const CRASH = `
TRUNCATE outbox.lease_token;
DELETE FROM outbox.message WHERE seq > 10;
UPDATE outbox.checkpoint SET cursor = 10, holes = '{}';
SELECT setval('outbox.seq_g1_0_of_1', 10)`;

test('a relay whose token is gone forgets what it remembered, and reads numbers that are drawn again', async () => {
  await using database = await outboxDatabase({ shards: 1 });
  const topic = await createTopic('token');
  const outbox = createOutbox({ source: '/test' });
  const write = async (from: number, count: number): Promise<void> => {
    await using tx = await openTransaction(database.pool);
    const messages = Array.from({ length: count }, (_, n) => ({ data: { key: 'k', n: from + n } }));
    await outbox.writeMany(tx.client, noted(topic), messages);
    await tx.end('COMMIT');
  };
  const publisher = PUBLISHERS[0]?.publisher;
  if (publisher === undefined) throw new Error('there is no publisher');
  await using relay = createRelay({ db: database.pool, publisher: publisher(), checkpointMs: 20 });
  await relay.start();
  await write(1, 20);
  await allPublished(database.pool, topic);
  await waitFor('the checkpoint', async () => {
    const { rows } = await database.pool.query('SELECT cursor FROM outbox.checkpoint');
    return rows[0].cursor === '20';
  });
  const before = relay.status().shards[0]?.epoch ?? 0;

  await database.pool.query(`BEGIN; ${CRASH}; COMMIT`);
  await write(21, 5);
  expect((await database.pool.query('SELECT max(seq)::int AS newest FROM outbox.message')).rows).toEqual([
    { newest: 15 },
  ]);
  const messages = await allPublished(database.pool, topic);
  expect(new Set(messages.map(({ value }) => JSON.parse(value).n)).size).toBe(25);
  expect(relay.status().shards[0]?.epoch).toBeGreaterThan(before);
});
