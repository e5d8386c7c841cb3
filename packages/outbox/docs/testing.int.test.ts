import { readFileSync } from 'node:fs';
import { createTopic, testServers } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import { type Place, proveCrashes } from '../examples/prove-crashes.ts';
import { proveHandlers } from '../examples/prove-handlers.ts';
import { proveWriting } from '../examples/prove-writing.ts';
import { CRASH_POINTS, FAILPOINTS } from '../src/testing/failpoints.ts';
import { type OutboxDatabase, outboxDatabase } from '../src/testing/fixtures/outbox/database.ts';
import { blocksOfMarkdown, compileBlocks } from './compile-blocks.ts';

jest.setTimeout(300_000);

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const PAGE = blocksOfMarkdown('docs/testing.md', read('testing.md'));
const PRELUDE = "declare global { const pool: import('pg').Pool; }";

async function bookshop(): Promise<OutboxDatabase> {
  const database = await outboxDatabase();
  await database.pool.query(`
    CREATE TABLE orders (id uuid PRIMARY KEY, total_minor text NOT NULL);
    CREATE TABLE invoice (number bigint GENERATED ALWAYS AS IDENTITY, event_id text, order_id uuid, total_minor text)`);
  return database;
}

async function place(): Promise<Place> {
  const { url, [Symbol.asyncDispose]: dispose } = await bookshop();
  const topic = await createTopic('proven', { partitions: 3 });
  return { url, topic, brokers: testServers().kafkaBrokers, [Symbol.asyncDispose]: dispose };
}

test('every block of testing.md compiles, and shows the example it names', () => {
  expect(compileBlocks([PAGE], PRELUDE)).toEqual([]);
  const quoted = PAGE.blocks.flatMap(({ code }) => {
    const [, file, shown] = /^\/\/ (examples\/[\w-]+\.ts)\n([\s\S]*)$/.exec(code) ?? [];
    return file === undefined || shown === undefined ? [] : [{ file, shown }];
  });
  expect(quoted.map(({ file }) => file)).toEqual(
    ['prove-writing', 'issue-invoice', 'prove-handlers', 'place-and-bill', 'prove-crashes'].map(
      (name) => `examples/${name}.ts`,
    ),
  );
  for (const { file, shown } of quoted) {
    expect(read(`../${file}`)).toContain(shown.trim());
  }
});

test('testing.md names every failpoint there is, and no other', () => {
  const named = [...read('testing.md').matchAll(/^\| `([a-z.-]+)` /gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual(Object.values(FAILPOINTS).toSorted());
});

test('prove-writing.ts passes, and leaves nothing behind', async () => {
  await using database = await bookshop();
  await proveWriting(database.pool);
  expect((await database.pool.query('SELECT FROM orders')).rowCount).toBe(0);
});

test.each([1, 2])('prove-handlers.ts passes with seed %i', async (seed) => {
  await using database = await bookshop();
  await proveHandlers(database.pool, seed);
  expect((await database.pool.query('SELECT FROM invoice')).rowCount).toBe(20);
});

test('prove-crashes.ts finds nothing, whatever place-and-bill.ts is killed at', async () => {
  const all = [...Object.values(CRASH_POINTS).flat(), FAILPOINTS.writerNudging, FAILPOINTS.writerNudged];
  const some = [FAILPOINTS.writerWritten, FAILPOINTS.relayPublished, FAILPOINTS.consumerHandled];
  const failpoints = process.env['BEZEL_TEST_FULL'] === '1' ? all : some;
  const results = await proveCrashes(place, {
    failpoints,
    nodeOptions: [
      '--conditions=@bezel/source',
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=TimeoutNegativeWarning', // kafkajs schedules what is past
    ],
  });
  expect(results).toEqual(failpoints.map((failpoint) => ({ failpoint, hit: 1, found: [] })));
});
