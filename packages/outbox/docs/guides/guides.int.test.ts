import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createTopic, testServers } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import { createRelay } from '../../src/relay/create-relay.ts';
import { CHANNELS, METRICS } from '../../src/telemetry/names.ts';
import { runCli } from '../../src/testing/fixtures/cli/run-cli.ts';
import { PUBLISHERS } from '../../src/testing/fixtures/kafka/publishers.ts';
import { outboxDatabase } from '../../src/testing/fixtures/outbox/database.ts';
import { blocksOfMarkdown, compileBlocks } from '../compile-blocks.ts';
import { stepsOf } from '../walk/steps.ts';

jest.setTimeout(120_000);

const [{ publisher }] = PUBLISHERS as [(typeof PUBLISHERS)[number]];
const PACKAGE = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, PACKAGE), 'utf8');

/** What the reader of a guide has at hand. */
const PRELUDE = `
import type { Pool, PoolClient } from 'pg';
declare global {
  const pool: Pool;
  const client: PoolClient;
  const brokers: string[];
  const order: { id: string };
}`;

const GUIDES = readdirSync(new URL('.', import.meta.url))
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, markdown: read(`docs/guides/${name}`) }));

test('the code of all guides compiles', () => {
  const documents = GUIDES.map(({ name, markdown }) => {
    const { blocks } = blocksOfMarkdown(name, markdown);
    // Examples lie in a folder of their own, one further down than blocks are compiled in.
    return { name, blocks: blocks.map(({ line, code }) => ({ line, code: code.replaceAll("from '../", "from './") })) };
  }).filter(({ blocks }) => blocks.length > 0);
  expect(documents.length).toBeGreaterThan(5);
  expect(compileBlocks(documents, PRELUDE)).toEqual([]);
});

describe.each(GUIDES)('docs/guides/$name', ({ name, markdown }) => {
  test('shows the examples it names', () => {
    for (const { code } of blocksOfMarkdown(name, markdown).blocks) {
      const [, file, shown] = /^\/\/ (examples\/[\w/-]+\.ts)\n([\s\S]*)$/.exec(code) ?? [];
      if (file !== undefined) expect(read(file)).toBe(`${shown?.trim()}\n`);
    }
  });

  test('the tests it names exist', () => {
    const files = [...markdown.matchAll(/`((?:src|docs)\/[\w/.-]+\.(?:spec|int\.test)\.ts)`/g)].map(
      ([, file = '']) => file,
    );
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !existsSync(new URL(file, PACKAGE)))).toEqual([]);
    for (const [, file = '', title = ''] of markdown.matchAll(/`((?:src|docs)\/[\w/.-]+\.ts)`, "(.+?)"/g)) {
      expect({ file, title, found: read(file).includes(title) }).toEqual({ file, title, found: true });
    }
  });

  test('the metrics and channels it names exist', () => {
    const known: readonly string[] = [...Object.values(METRICS), ...Object.values(CHANNELS)];
    const named = markdown.match(/bezel\.outbox\.[\w.-]*\w/g) ?? [];
    expect(named.filter((metric) => !known.includes(metric))).toEqual([]);
  });
});

/** Those of the migrations are run by their own tests, in the middle of what they are about. */
const COMMANDS = GUIDES.filter(({ name }) => !name.startsWith('from-')).flatMap(({ name, markdown }) =>
  stepsOf(markdown)
    .filter(({ kind }) => kind === 'sh')
    .flatMap(({ text }) => [...text.matchAll(/^bezel-outbox (.*?)(?: # ends with (\d))?$/gm)])
    .map(([, line = '', code = '0']) => ({ name, line, exitCode: Number(code) })),
);

test('every command in the other guides runs, and ends as it says', async () => {
  await using database = await outboxDatabase();
  const topic = await createTopic('guides');
  await database.pool.query(
    `INSERT INTO outbox.consumer_position (group_id, topic, partition, next_offset) VALUES ('billing', $1, 0, 0)`,
    [topic],
  );
  await database.pool.query(
    `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, attempts)
     VALUES ('billing', $1, 0, 'order-1', 'no', 10)`,
    [topic],
  );
  await using relay = createRelay({ db: database.pool, publisher: publisher() });
  await relay.start();
  for (const { name, line, exitCode } of COMMANDS) {
    const here = line.replace('127.0.0.1:9092', testServers().kafkaBrokers.join(','));
    const done = await runCli(database.url, here.split(' '), { env: { KAFKA_BROKERS: '' } });
    expect({ name, line, exitCode: done.exitCode, err: done.err }).toEqual({ name, line, exitCode, err: '' });
  }
  expect(COMMANDS.length).toBeGreaterThan(8);
});
