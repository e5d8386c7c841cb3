import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createTopic, testServers, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import type pg from 'pg';
import { createAdmin } from '../src/admin/create-admin.ts';
import { FINDINGS } from '../src/admin/doctor/findings.ts';
import { COMMANDS } from '../src/cli/commands/index.ts';
import { createRelay } from '../src/relay/create-relay.ts';
import { runCli } from '../src/testing/fixtures/cli/run-cli.ts';
import { PUBLISHERS } from '../src/testing/fixtures/kafka/publishers.ts';
import { outboxDatabase } from '../src/testing/fixtures/outbox/database.ts';
import { openTransaction } from '../src/testing/fixtures/outbox/transactions.ts';

jest.setTimeout(120_000);

const DOCUMENT = readFileSync(new URL('operating.md', import.meta.url), 'utf8');
const [{ publisher }] = PUBLISHERS as [(typeof PUBLISHERS)[number]];

const SECTIONS = DOCUMENT.split(/^### /m)
  .slice(1)
  .map((text) => ({ name: text.slice(0, text.indexOf('\n')), text }));

/** The command lines of a section, with the exit code each is said to have. */
const linesOf = (text: string): { args: string[]; exitCode: number }[] =>
  [...text.matchAll(/^bezel-outbox (.*?)(?: # ends with (\d))?$/gm)].map(([, args = '', code = '0']) => ({
    args: args.split(' '),
    exitCode: Number(code),
  }));

const shownIn = (text: string): unknown => JSON.parse(/^```json\n([\s\S]*?)^```$/m.exec(text)?.[1] ?? 'null');

/** What a document is made of: names and kinds. A list is as its entries are, which must all be alike. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? 'a list' : [shapeOf(value[0])];
  if (value === null || typeof value !== 'object') return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]));
}

/** As an operator finds it on a bad day: something published, waiting, lost, parked on both sides, and one left open. */
async function badDay() {
  const database = await outboxDatabase({ shards: 1 });
  const { pool } = database;
  const topic = await createTopic('operating');
  const logins = ['shop', 'shop_relay'].map((name) => ({ name, role: `${name}_${randomUUID().slice(0, 8)}` }));
  for (const { role } of logins) await pool.query(`CREATE ROLE ${role}`);
  const write = (target: pg.Pool | pg.PoolClient, key: string) =>
    target.query('SELECT outbox.write($1, $2, $3, $4, $5)', [topic, key, 'x', '/test', '{}']);
  const open = await openTransaction(pool);
  {
    await using relay = createRelay({ db: pool, publisher: publisher() });
    await relay.start();
    for (let n = 0; n < 6; n += 1) await write(pool, `k${n}`);
    await write(open.client, 'open');
    for (let n = 0; n < 13; n += 1) await write(pool, `k${n}`);
    await waitFor('a gap', async () => {
      const [shard] = await createAdmin(pool).lag();
      return shard?.cursor === 20 && shard.gaps === 1;
    });
  }
  await write(pool, 'lost');
  await pool.query('UPDATE outbox.checkpoint SET cursor = 21');
  await write(pool, 'waits');
  await pool.query(`INSERT INTO outbox.parked_key (shard, topic, key, reason) VALUES (0, $1, 'order-1', 'no')`, [
    topic,
  ]);
  await pool.query(
    `INSERT INTO outbox.parked_message (shard, topic, key, seq, id, type, source, payload, created_at)
     VALUES (0, $1, 'order-1', 1, gen_random_uuid(), 'x', '/test', '{}', now())`,
    [topic],
  );
  await pool.query(
    `INSERT INTO outbox.consumer_position (group_id, topic, partition, next_offset) VALUES ('billing', $1, 0, 7)`,
    [topic],
  );
  await pool.query(
    `INSERT INTO outbox.consumer_parked_key (group_id, topic, partition, key, reason, attempts)
     VALUES ('billing', $1, 0, 'order-2', 'no', 10)`,
    [topic],
  );
  await pool.query(
    `INSERT INTO outbox.consumer_parked_message (group_id, topic, partition, key, "offset", keyless, value, headers)
     VALUES ('billing', $1, 0, 'order-2', 7, false, '{}', '[]')`,
    [topic],
  );
  return {
    database,
    open,
    /** The words of the document, as they are called here. */
    named: (text: string): string =>
      logins.reduce(
        (named, { name, role }) => named.replaceAll(new RegExp(`^${name}(?==|$)`, 'g'), role),
        text.replace('shop.orders', topic).replace('127.0.0.1:9092', testServers().kafkaBrokers.join(',')),
      ),
    async [Symbol.asyncDispose]() {
      await open[Symbol.asyncDispose]();
      for (const { role } of logins) await pool.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await database[Symbol.asyncDispose]();
    },
  };
}

describe('docs/operating.md', () => {
  test('every command line in it runs, ends as it says, and prints what it shows', async () => {
    await using day = await badDay();
    const { database, open, named } = day;
    let ran = 0;
    for (const { name, text } of SECTIONS) {
      if (name === 'verify') await open.end('ROLLBACK');
      if (name === 'adopt') {
        await database.pool.query('UPDATE outbox.config SET system_identifier = 1');
        await database.pool.query('ALTER SEQUENCE outbox.seq_g1_0_of_1 RESTART');
      }
      for (const { args, exitCode } of linesOf(text)) {
        const line = args.join(' ');
        const done = await runCli(database.url, args.map(named), { env: { KAFKA_BROKERS: '' } });
        expect({ line, exitCode: done.exitCode, err: done.err }).toEqual({ line, exitCode, err: '' });
        if (args.includes('--json')) {
          expect({ line, shape: shapeOf(done.json) }).toEqual({ line, shape: shapeOf(shownIn(text)) });
        }
        ran += 1;
      }
    }
    expect(ran).toBeGreaterThan(15);
  });

  test('has a section for every command, which names every option it has', () => {
    expect(SECTIONS.map(({ name }) => name)).toEqual(COMMANDS.map(({ name }) => name));
    const common = ['brokers', 'client', 'tls', 'topic', 'key', 'shard', 'from', 'to', 'since', 'until'];
    for (const { name, options } of COMMANDS) {
      const section = SECTIONS.find((candidate) => candidate.name === name)?.text ?? '';
      const missing = options.filter(
        (option) => !section.includes(`--${option.name}`) && !common.includes(option.name),
      );
      expect({ name, missing: missing.map((option) => option.name) }).toEqual({ name, missing: [] });
    }
    for (const option of common) expect(DOCUMENT).toContain(`--${option}`);
  });

  test('lists every finding, as it is', () => {
    const listed = [...DOCUMENT.matchAll(/^\| `([A-Z_]+)` +\| (\w+) +\| (.*?) +\|$/gm)].map(
      ([, code, severity, meaning]) => ({ code, severity, meaning }),
    );
    expect(listed).toEqual(
      Object.entries(FINDINGS).map(([code, { severity, meaning }]) => ({ code, severity, meaning })),
    );
  });
});
