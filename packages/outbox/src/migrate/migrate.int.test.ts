import { createDatabase, waitFor } from '@bezel/local/testing';
import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import pg from 'pg';
import { hashOf } from '../shard/hash.ts';
import { migrate, migrationSql } from './migrate.ts';
import { loadMigrations } from './migrations.ts';

jest.setTimeout(60_000);

const latest = loadMigrations().at(-1)?.version;

async function connected(url: string): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

describe('migrate', () => {
  test('twelve processes at once: one does the work, the others find it done', async () => {
    await using database = await createDatabase();
    const results = await Promise.all(Array.from({ length: 12 }, () => migrate(database.url)));
    expect(results.filter(({ applied }) => applied.length > 0)).toHaveLength(1);
    expect(results.map(({ version }) => version)).toEqual(Array(12).fill(latest));
    expect(await migrate(database.url, { shards: 3 })).toEqual({ applied: [], version: latest });
    await using client = await connected(database.url);
    expect((await client.query('SELECT shards FROM outbox.config')).rows).toEqual([{ shards: 8 }]);
  });

  test('several at once where transactions have one snapshot by default', async () => {
    await using database = await createDatabase();
    const url = new URL(database.url);
    url.searchParams.set('options', '-c default_transaction_isolation=repeatable\\ read');
    const results = await Promise.all(Array.from({ length: 4 }, () => migrate(url.href)));
    expect(results.map(({ version }) => version)).toEqual(Array(4).fill(latest));
  });

  test.each(['a pool', 'a connection string'])('on %s, rejects when its connection is lost', async (on) => {
    await using database = await createDatabase();
    await using owner = await connected(database.url);
    await using watcher = await connected(database.url);
    await owner.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('bezel outbox migrate "outbox"', 0))`);
    const pool = new pg.Pool({ connectionString: database.url });
    const rejected = expect(migrate(on === 'a pool' ? pool : database.url)).rejects.toMatchObject({ code: '57P01' });
    await waitFor('the lock to be waited for', async () => {
      const { rowCount } = await watcher.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()`,
      );
      return rowCount === 1;
    });
    await rejected;
    await pool.end();
  });

  test('the printed SQL makes the same schema, in another name too', async () => {
    await using database = await createDatabase();
    await using client = await connected(database.url);
    await client.query(migrationSql());
    await client.query(migrationSql({ schemaName: 'other', shards: 2 }));
    expect(await migrate(client)).toEqual({ applied: [], version: latest });
    expect(await migrate(client, { schemaName: 'other' })).toEqual({ applied: [], version: latest });
    expect((await client.query('SELECT shards FROM other.config')).rows).toEqual([{ shards: 2 }]);
    const { rows } = await client.query(
      `SELECT count(*) FILTER (WHERE schemaname = 'outbox')::int AS eight, count(*) FILTER (WHERE schemaname = 'other')::int AS two
       FROM pg_sequences WHERE cache_size = 1 AND increment_by = 1 AND NOT cycle AND sequencename LIKE 'seq\\_%'`,
    );
    expect(rows).toEqual([{ eight: 8, two: 2 }]);
  });

  test('a login with the grants writes and reads, and cannot change or delete a message', async () => {
    await using database = await createDatabase();
    await using owner = await connected(database.url);
    const login = `${database.name}_app`;
    await owner.query(`CREATE ROLE ${login}`);
    try {
      await migrate(owner, { grantTo: [login] });
      await owner.query(`SET ROLE ${login}`);
      const { rows } = await owner.query(`SELECT outbox.write('t', 'k', 'x', '/test', '{"a": 1}') AS id`);
      expect(
        (await owner.query('SELECT id, convert_from(payload, $1) AS payload FROM outbox.message', ['utf8'])).rows,
      ).toEqual([{ id: rows[0].id, payload: '{"a": 1}' }]);
      await owner.query('UPDATE outbox.lease SET renewals = renewals');
      await owner.query('SELECT last_value FROM outbox.seq_g1_0_of_8');
      for (const statement of ['UPDATE outbox.message SET key = key', 'DELETE FROM outbox.message_slot_0']) {
        await expect(owner.query(statement)).rejects.toMatchObject({ code: '42501' });
      }
    } finally {
      await owner.query('RESET ROLE');
      await owner.query(`DROP OWNED BY ${login}; DROP ROLE ${login}`);
    }
  });

  test('TypeScript and SQL place every topic and key alike', async () => {
    await using database = await createDatabase();
    await migrate(database.url);
    await using client = await connected(database.url);
    const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((value) => !value.includes('\0'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 200 }), async (pairs) => {
        const { rows } = await client.query(
          'SELECT outbox.hash_of(topic, key) AS hash FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS p (topic, key, n) ORDER BY n',
          [pairs.map(([topic]) => topic), pairs.map(([, key]) => key)],
        );
        expect(rows.map(({ hash }) => hash)).toEqual(pairs.map(([topic, key]) => hashOf(topic, key)));
      }),
      { numRuns: 30 },
    );
  });

  test.each(['Outbox', 'a-b', '1a', 'a"b', ''])('refuses the schema name %p', async (schemaName) => {
    expect(() => migrationSql({ schemaName })).toThrow(TypeError);
  });
});
