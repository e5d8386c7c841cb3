import { createDatabase, type TestDatabase, testServers } from '@bezel/local/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { compileBlocks, type Document } from '../../../docs/compile-blocks.ts';
import { migrate } from '../../../src/index.ts';
import { examplesInComments, importsOfExamples } from './comments.ts';
import { type ExampleRun, printedBy, runExamples } from './run-examples.ts';

jest.setTimeout(180_000);

/** Examples that want more than servers, and what runs the same instead. */
const NEEDS_MORE: Readonly<Record<string, string>> = {
  'src/testing/crash/crash-matrix.ts': 'a program of the reader’s: examples/prove-crashes.ts',
};

/** What the reader of an example has at hand: `at-hand.ts` provides it. */
const AT_HAND = `
import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
declare global {
  const pool: Pool;
  const brokers: string[];
  const order: { id: string; total: string; totalMinor: string };
  const db: Kysely<{ orders: { id: string; total: string; totalMinor: string } }>;
}`;

/** Logins that examples grant rights to. They are the server's, not the database's. */
const LOGINS = ['shop', 'shop_relay'];

const examples = examplesInComments();
let imports: string;
let database: TestDatabase;

beforeAll(async () => {
  imports = await importsOfExamples();
  database = await createDatabase();
  await using client = await connected(database.url);
  await migrate(client);
  await client.query(`
    CREATE TABLE orders (id uuid, total text, "totalMinor" text);
    CREATE TABLE invoice (order_id uuid, total text)`);
  for (const login of LOGINS) {
    await client.query(`DO $$ BEGIN CREATE ROLE ${login}; EXCEPTION WHEN duplicate_object THEN NULL; END $$`);
  }
});
afterAll(async () => database?.[Symbol.asyncDispose]());

test('every example in a doc comment compiles', () => {
  const documents = examples.map(({ name, blocks }) => ({ name, blocks: [{ line: 1, code: imports }, ...blocks] }));
  expect(documents.length).toBeGreaterThan(10);
  const decorators = { experimentalDecorators: true, emitDecoratorMetadata: true, erasableSyntaxOnly: false };
  expect(compileBlocks(documents, AT_HAND, decorators)).toEqual([]);
});

describe('every example in a doc comment that wants no more than servers', () => {
  const runnable = examples.filter(({ name }) => NEEDS_MORE[name] === undefined);
  const codes = runnable.flatMap(({ name, blocks }) =>
    blocks.map(({ line, code }) => ({ where: `${name}:${line}`, code })),
  );
  let runs: readonly ExampleRun[];

  beforeAll(async () => {
    runs = await running(runnable);
  });

  test.each(codes)('$where runs, and prints what it says', ({ where, code }) => {
    const run = runs.find((each) => each.where === where);
    expect(run?.error).toBe(null);
    expect(run?.printed).toEqual(expect.arrayContaining(printedBy(code)));
  });
});

test('an example that throws is found, and one that prints something else', async () => {
  const blocks = [
    { line: 3, code: "await pool.query('SELECT FROM not_there');" },
    { line: 7, code: 'console.log([1 + 1]); // [ 3 ]' },
  ];
  expect(await running([{ name: 'src/broken.ts', blocks }])).toEqual([
    { where: 'src/broken.ts:3', printed: [], error: 'error: relation "not_there" does not exist' },
    { where: 'src/broken.ts:7', printed: ['[ 2 ]'], error: null },
  ]);
  expect(printedBy(blocks[1]?.code ?? '')).toEqual(['[ 3 ]']);
});

function running(documents: readonly Document[]): Promise<ExampleRun[]> {
  const env = { DATABASE_URL: database.url, BROKERS: testServers().kafkaBrokers.join(',') };
  return runExamples(documents, imports, env);
}

async function connected(connectionString: string): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}
