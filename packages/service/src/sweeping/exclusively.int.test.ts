import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createDatabase, waitFor } from '@bezel/local/testing';
import { expect, jest, test } from '@jest/globals';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { openDatabase } from '../database/index.ts';
import { exclusively } from './exclusively.ts';

jest.setTimeout(60_000);

const PROGRAM = fileURLToPath(new URL('../testing/lone-sweeper.ts', import.meta.url));
/** A busy machine may show late that it is alive: only its silence is to end a lock here. */
const SILENT = { silentForMs: 2_500 };

/** Another process, from the moment it holds the lock. */
async function holdingElsewhere(url: string, name: string): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ['--conditions=@bezel/source', PROGRAM, JSON.stringify({ url, name, ...SILENT })],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    },
  );
  await once(child.stdout ?? child, 'data');
  return child;
}

test('one process at a time does what is exclusive, and the lock ends with whoever held it', async () => {
  await using empty = await createDatabase();
  const [a, b] = [openDatabase({ url: empty.url, name: 'a' }), openDatabase({ url: empty.url, name: 'b' })];
  try {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = (): void => {};
    const first = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const holding = exclusively(a.kysely, 'one', async () => {
      begun();
      await held;
      return 'done';
    });
    await first;
    expect(await exclusively(b.kysely, 'one', async () => 'done')).toBe('elsewhere');
    expect(await exclusively(b.kysely, 'another', async () => 'done')).toBe('done');
    release();
    expect(await holding).toBe('done');
    expect(await exclusively(b.kysely, 'one', async () => 'done')).toBe('done');
    // One whose connection dies in the midst of it.
    const dying = exclusively(a.kysely, 'one', async () => {
      await b.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_locks
         WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
    });
    await expect(dying).rejects.toThrow();
    await waitFor(
      'the lock to be free',
      async () => (await exclusively(b.kysely, 'one', async () => 'done')) === 'done',
    );
  } finally {
    await a.end();
    await b.end();
  }
});

test('what is exclusive may take longer than a transaction may be idle, and its writes are committed as it goes', async () => {
  await using empty = await createDatabase();
  const database = openDatabase({ url: empty.url, name: 'a' });
  const pool = new pg.Pool({ connectionString: empty.url, options: '-c idle_in_transaction_session_timeout=50' });
  const impatient = new Kysely<never>({ dialect: new PostgresDialect({ pool }) });
  try {
    await database.pool.query('CREATE TABLE asked (id int)');
    const work = async () => {
      await sql`INSERT INTO asked VALUES (1)`.execute(impatient);
      await waitFor('the lock to have been held for longer', async () => {
        const { rowCount } = await database.pool.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
             AND xact_start < now() - interval '4 seconds'`,
        );
        return rowCount === 1;
      });
      return (await database.pool.query('SELECT FROM asked')).rowCount;
    };
    expect(await exclusively(impatient, 'one', work, { silentForMs: 2_000 })).toBe(1);
  } finally {
    await impatient.destroy();
    await database.end();
  }
});

test('one whose process is stopped is taken over from, and one whose process is at work is not', async () => {
  await using empty = await createDatabase();
  const database = openDatabase({ url: empty.url, name: 'a' });
  const child = await holdingElsewhere(empty.url, 'one');
  const tryIt = () => exclusively(database.kysely, 'one', async () => 'done');
  try {
    const { rows } = await database.pool.query('SELECT now() AS at');
    await waitFor('the lock to have been held for longer than a silent one is', async () => {
      expect(await tryIt()).toBe('elsewhere');
      const { rowCount } = await database.pool.query(`SELECT WHERE now() > $1::timestamptz + interval '5 seconds'`, [
        rows[0].at,
      ]);
      return rowCount === 1;
    });
    child.kill('SIGSTOP');
    await waitFor('the lock to be given away', async () => (await tryIt()) === 'done', { deadlineMs: 20_000 });
  } finally {
    child.kill('SIGKILL');
    await database.end();
  }
});
