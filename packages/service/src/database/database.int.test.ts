import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createDatabase } from '@bezel/local/testing';
import { describe, expect, test } from '@jest/globals';
import { type ColumnType, sql } from 'kysely';
import { databaseProblem } from '../problems/index.ts';
import { kyselyOver } from './kysely-over.ts';
import { migrateDatabase } from './migrate-database.ts';
import { openDatabase } from './open-database.ts';

interface Schema {
  thing: { id: ColumnType<string, number, number>; name: string };
}

async function folderOf(files: Record<string, string>) {
  const path = await mkdtemp(join(tmpdir(), 'bezel migrations '));
  for (const [name, sql] of Object.entries(files)) {
    await writeFile(join(path, name), sql);
  }
  return {
    url: pathToFileURL(`${path}/`),
    write: (name: string, sql: string) => writeFile(join(path, name), sql),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

const THING = { '0001_thing.sql': 'CREATE TABLE thing (id bigint PRIMARY KEY, name text NOT NULL)' };

async function tables(url: string): Promise<string[]> {
  const database = openDatabase({ url, name: 'test' });
  const { rows } = await database.pool.query(
    `SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname IN ('public', 'idempotency') ORDER BY 1`,
  );
  await database.end();
  return rows.map(({ name }) => name);
}

describe('migrateDatabase', () => {
  test('applies each file once, also when three processes start at once', async () => {
    await using db = await createDatabase();
    await using folder = await folderOf(THING);
    const migrate = () => migrateDatabase({ url: db.url, app: { name: 'app', folder: folder.url } });
    await Promise.all([migrate(), migrate(), migrate()]);
    expect(await tables(db.url)).toEqual(['idempotency.answer', 'public.thing']);
    await folder.write('0002_more.sql', 'CREATE TABLE more ()');
    await migrate();
    expect(await tables(db.url)).toEqual(['idempotency.answer', 'public.more', 'public.thing']);
  });

  test('refuses a changed file, a hole in the numbers and a database ahead of the folder', async () => {
    await using db = await createDatabase();
    await using folder = await folderOf(THING);
    const migrate = () => migrateDatabase({ url: db.url, app: { name: 'app', folder: folder.url } });
    await migrate();
    await folder.write('0003_hole.sql', 'CREATE TABLE hole ()');
    await expect(migrate()).rejects.toMatchObject({ code: 'MIGRATION_CONFLICT' });
    await folder.write('0001_thing.sql', 'CREATE TABLE other ()');
    await expect(migrate()).rejects.toMatchObject({ code: 'MIGRATION_CONFLICT' });
    await using older = await folderOf({});
    await expect(migrateDatabase({ url: db.url, app: { name: 'app', folder: older.url } })).rejects.toThrow(
      /deploy a newer release/,
    );
    expect(await tables(db.url)).toEqual(['idempotency.answer', 'public.thing']);
  });

  test('leaves nothing of a file that fails half way, and says which it was', async () => {
    await using db = await createDatabase();
    await using folder = await folderOf({ ...THING, '0002_bad.sql': 'CREATE TABLE half (); SELECT nonsense' });
    const migrate = () => migrateDatabase({ url: db.url, app: { name: 'app', folder: folder.url } });
    await expect(migrate()).rejects.toThrow(/migration app 2 \(bad\) failed: column "nonsense" does not exist/);
    expect(await tables(db.url)).toEqual(['idempotency.answer', 'public.thing']);
    await folder.write('0002_bad.sql', 'CREATE TABLE whole ()');
    await migrate();
    expect(await tables(db.url)).toContain('public.whole');
  });
});

describe('openDatabase', () => {
  test('every session has our search path, UTC and limits', async () => {
    await using db = await createDatabase();
    const database = openDatabase({ url: db.url, name: 'limits', statementTimeoutMs: 200 });
    const show = async (name: string) => (await database.pool.query(`SHOW ${name}`)).rows[0][name];
    expect(await show('search_path')).toBe('public');
    expect(await show('TimeZone').catch(() => show('timezone'))).toBe('UTC');
    expect(await show('application_name')).toBe('limits');
    await expect(database.pool.query('SELECT pg_sleep(5)')).rejects.toMatchObject({ code: '57014' });
    await database.ping();
    await Promise.all([database.end(), database.end()]);
  });

  test('a connection lost between two statements of a transaction fails that transaction and nothing else', async () => {
    await using db = await createDatabase();
    const database = openDatabase({ url: db.url, name: 'lost' });
    const killer = openDatabase({ url: db.url, name: 'killer' });
    const lost = Promise.withResolvers<void>();
    database.pool.once('connect', (client) => client.once('end', lost.resolve));
    const doomed = database.kysely.transaction().execute(async (trx) => {
      const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(trx);
      await killer.pool.query('SELECT pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
      // The news reaches this process while no statement is waiting for it.
      await lost.promise;
      await sql`SELECT 1`.execute(trx);
    });
    const problem = await doomed.then(() => undefined, databaseProblem);
    expect(problem).toMatchObject({ status: 503, code: 'database_unavailable' });
    await database.ping();
    await Promise.all([database.end(), killer.end()]);
  });

  test('ping rejects, and does not hang, when nobody listens', async () => {
    const database = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', name: 'away' });
    await expect(database.ping()).rejects.toThrow();
    await database.end();
  });
});

describe('kyselyOver', () => {
  test("works inside the owner's transaction, and its work goes when the owner rolls back", async () => {
    await using db = await createDatabase();
    const database = openDatabase<Schema>({ url: db.url, name: 'over' });
    await database.pool.query(THING['0001_thing.sql']);
    const client = await database.pool.connect();
    await client.query('BEGIN');
    const tx = kyselyOver<Schema>(client);
    await tx.insertInto('thing').values({ id: 1, name: 'one' }).execute();
    expect(await tx.selectFrom('thing').selectAll().execute()).toEqual([{ id: '1', name: 'one' }]);
    const updated = await tx
      .updateTable('thing')
      .set({ name: 'uno' })
      .where('id', '=', 1 as never)
      .executeTakeFirst();
    expect(updated.numUpdatedRows).toBe(1n);
    await expect(tx.transaction().execute(async () => {})).rejects.toThrow(/already open/);
    await client.query('ROLLBACK');
    client.release();
    expect(await database.kysely.selectFrom('thing').selectAll().execute()).toEqual([]);
    await database.end();
  });
});
