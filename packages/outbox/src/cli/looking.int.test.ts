import { createDatabase, createTopic, testServers } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import { loadMigrations } from '../migrate/migrations.ts';
import { runCli } from '../testing/fixtures/cli/run-cli.ts';
import { outboxDatabase } from '../testing/fixtures/outbox/database.ts';
import { insertMessage } from '../testing/fixtures/outbox/reading.ts';
import { openTransaction } from '../testing/fixtures/outbox/transactions.ts';

jest.setTimeout(60_000);

const ONE_KEY = ['redrive', '--group', 'g', '--topic', 't', '--key', 'k'];

describe('migrate', () => {
  test('first says what it would do, then does it, then finds nothing to do', async () => {
    await using database = await createDatabase();
    const versions = loadMigrations().map(({ version }) => version);
    const before = await runCli(database.url, ['migrate', '--dry-run', '--shards', '3', '--json']);
    expect(before).toMatchObject({ exitCode: 0, json: { dryRun: true, version: 0, pending: versions } });
    expect((await runCli(database.url, ['lag'])).exitCode).toBe(3);

    // What it would do is complete: applied by hand to another schema it gives the same version.
    const sql = await runCli(database.url, ['migrate', '--dry-run', '--schema', 'by_hand']);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(sql.out);
    await client.end();
    const byHand = await runCli(database.url, ['migrate', '--schema', 'by_hand', '--json']);
    expect(byHand.json).toEqual({ dryRun: false, version: versions.at(-1), applied: [] });

    const done = await runCli(database.url, ['migrate', '--shards', '3', '--json']);
    expect(done.json).toEqual({ dryRun: false, version: versions.at(-1), applied: versions });
    expect((await runCli(database.url, ['migrate'])).out).toBe(`version ${versions.at(-1)}, nothing to do\n`);
    expect((await runCli(database.url, ['lag', '--json'])).json.shards.length).toBe(3);
  });

  test('gives a login the rights for what it does', async () => {
    await using database = await createDatabase();
    const login = `cli_${process.pid}`;
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`CREATE ROLE ${login}`);
    try {
      await runCli(database.url, ['migrate', '--grant-to', `${login}=relay,retain`]);
      const { rows } = await client.query(
        `SELECT has_table_privilege($1, 'outbox.lease', 'UPDATE') AS relays,
                has_column_privilege($1, 'outbox.message', 'seq', 'INSERT') AS writes`,
        [login],
      );
      expect(rows).toEqual([{ relays: true, writes: false }]);
    } finally {
      await client.query(`DROP OWNED BY ${login}`);
      await client.query(`DROP ROLE ${login}`);
      await client.end();
    }
  });
});

describe('status, lag and gaps', () => {
  test('print what the functions behind them answer, as JSON on one line or as text', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    await using open = await openTransaction(database.pool);
    await open.client.query(insertMessage('open'));
    await database.pool.query(`UPDATE outbox.checkpoint SET cursor = 1, holes = '{[1,2)}'`);
    const status = await runCli(database.url, ['status', '--json']);
    expect(status.out.split('\n').length).toBe(2);
    expect(status.json).toMatchObject({ server: { home: true }, shards: [{ shard: 0, cursor: 1, waiting: 1 }] });
    expect((await runCli(database.url, ['lag', '--json'])).json).toEqual({
      shards: status.json.shards,
      consumers: [],
      kafka: { asked: true, trouble: null },
    });
    const gaps = await runCli(database.url, ['gaps', '--json']);
    expect(gaps.json.shards).toMatchObject([{ shard: 0, ranges: [{ from: 1, to: 1 }], holders: [{ prepared: null }] }]);

    const text = await runCli(database.url, ['status']);
    expect(text.out).toContain('no relay');
    expect(text.out).not.toContain('\u001b');
    expect((await runCli(database.url, ['status'], { isTTY: true })).out).toContain('\u001b[');
    expect((await runCli(database.url, ['gaps'])).out).toContain('shard 0: missing 1, 1 open transaction');
  });
});

describe('status and lag of consumers', () => {
  test('say how far the topic goes on, and whatever the database knows while Kafka is away', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const topic = await createTopic('cli', { partitions: 1 });
    await database.pool.query(
      `INSERT INTO outbox.consumer_position (group_id, topic, partition, next_offset) VALUES ('billing', $1, 0, 0)`,
      [topic],
    );
    const shown = async (command: string, args: string[]) => {
      const { json } = await runCli(database.url, [command, '--json', ...args], { env: { KAFKA_BROKERS: '' } });
      return { lag: json.consumers[0].lag, kafka: json.kafka, shards: json.shards.length };
    };
    const brokers = testServers().kafkaBrokers.join(',');
    for (const command of ['status', 'lag']) {
      expect(await shown(command, ['--brokers', brokers])).toEqual({
        lag: 0,
        kafka: { asked: true, trouble: null },
        shards: 1,
      });
      expect(await shown(command, [])).toEqual({ lag: null, kafka: { asked: false, trouble: null }, shards: 1 });
      expect(await shown(command, ['--brokers', '127.0.0.1:1'])).toEqual({
        lag: null,
        kafka: { asked: true, trouble: expect.stringMatching(/^Kafka at 127\.0\.0\.1:1: .*ECONNREFUSED/) },
        shards: 1,
      });
      const away = await runCli(database.url, [command, '--brokers', '127.0.0.1:1'], { env: { KAFKA_BROKERS: '' } });
      expect(away).toMatchObject({ exitCode: 0, out: expect.stringContaining('the ends of topics are not known') });
    }
  });
});

describe('what goes wrong', () => {
  test.each([
    ['no command', []],
    ['a command there is not', ['destroy']],
    ['help about a command there is not', ['help', 'destroy']],
    ['a URL that is none', ['lag', '--database-url', 'shop']],
    ['an option there is not', ['lag', '--nonsense']],
    ['a schema that cannot be one', ['lag', '--schema', 'My-Schema']],
    ['a redrive of nothing in particular', ['redrive']],
    ['a redrive of something and of all', ['redrive', '--topic', 't', '--all']],
    ['messages of no key', ['parked', '--group', 'g', '--topic', 't', '--messages']],
    ['nothing in particular to be given up', ['redrive', '--discard', '--offset', '1', '--topic', 't', '--key', 'k']],
    ['no message to be given up', ['redrive', '--discard', '--group', 'g', '--topic', 't', '--key', 'k']],
    ['a message both given up and admitted', [...ONE_KEY, '--discard', '--admit', '--offset', '1']],
    ['an offset that is none', [...ONE_KEY, '--discard', '--offset', 'first']],
    ['an offset for nothing', [...ONE_KEY, '--offset', '1']],
    ['a purpose there is not', ['migrate', '--grant-to', 'shop=reading']],
    ['a replay of nothing in particular', ['replay']],
    ['a replay of something and of all', ['replay', '--topic', 't', '--all']],
    ['numbers of no shard', ['replay', '--from', '1']],
    ['a comparison with no brokers', ['verify', '--brokers', ',']],
    ['a broker without a port', ['doctor', '--brokers', 'kafka']],
    ['a client there is not', ['doctor', '--client', 'librdkafka']],
    ['a live view without a pause', ['status', '--watch', '--every', '0']],
  ])('%s ends with 2 and touches nothing', async (_, args) => {
    await using database = await createDatabase();
    const { exitCode, err, out } = await runCli(database.url, args);
    expect(exitCode).toBe(2);
    expect(`${err}${out}`).toContain('bezel-outbox');
    expect((await runCli(database.url, ['migrate', '--dry-run', '--json'])).json.version).toBe(0);
  });

  test('a failure ends with 3, one line on standard error and nothing on standard output', async () => {
    await using database = await createDatabase();
    const text = await runCli(database.url, ['status']);
    expect(text).toMatchObject({ exitCode: 3, out: '' });
    expect(text.err).toMatch(/^bezel-outbox: .*SCHEMA_OUTDATED.*\n$/);
    const json = await runCli(database.url, ['status', '--json']);
    expect(JSON.parse(json.err)).toEqual({ error: { code: 'SCHEMA_OUTDATED', message: expect.any(String) } });
    const refused = await runCli('postgres://127.0.0.1:1/nowhere', ['status', '--json']);
    expect(refused).toMatchObject({ exitCode: 3, out: '' });
    expect(JSON.parse(refused.err)).toEqual({
      error: {
        code: 'ECONNREFUSED',
        message: expect.stringMatching(/^Postgres at 127\.0\.0\.1:1, database nowhere: /),
      },
    });
  });

  test.each(['kafkajs', 'platformatic'])(
    '%s says which brokers are away, and why, before anybody waits',
    async (client) => {
      await using database = await outboxDatabase({ shards: 1 });
      await database.pool.query(insertMessage('k'));
      const away = ['--client', client, '--brokers', '127.0.0.1:1', '--json'];
      const verified = await runCli(database.url, ['verify', ...away]);
      expect(verified).toMatchObject({ exitCode: 3, out: '' });
      expect(JSON.parse(verified.err).error.message).toMatch(/^Kafka at 127\.0\.0\.1:1: .*ECONNREFUSED/);
      // The doctor goes on with what it can look at.
      const looked = await runCli(database.url, ['doctor', ...away]);
      expect(looked.exitCode).toBe(1);
      expect(looked.json.findings.map(({ code }: { code: string }) => code)).toEqual([
        'RELAY_MISSING',
        'TOPICS_UNREADABLE',
      ]);
    },
  );

  test('a login that may not do it is told which one may', async () => {
    await using database = await outboxDatabase({ shards: 1 });
    const login = `cli_weak_${process.pid}`;
    await database.pool.query(`CREATE ROLE ${login} LOGIN PASSWORD 'x'`);
    try {
      const url = new URL(database.url);
      Object.assign(url, { username: login, password: 'x' });
      for (const args of [['migrate'], ['status'], ['lag'], ['parked', '--group', 'g'], ['redrive', '--all']]) {
        const { exitCode, err } = await runCli(url.href, [...args, '--json']);
        expect({ args, exitCode, code: JSON.parse(err).error.code }).toEqual({
          args,
          exitCode: 3,
          code: 'GRANT_MISSING',
        });
        expect(err).toContain('the login that owns');
      }
    } finally {
      await database.pool.query(`DROP OWNED BY ${login}; DROP ROLE ${login}`);
    }
  });
});
