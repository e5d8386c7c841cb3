// The first import registers the metrics SDK before anything records into it.

import { createDatabase, waitFor } from '@bezel/local/testing';
import { afterEach, expect, test } from '@jest/globals';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { openDatabase } from '../database/index.ts';
import { metricsText } from '../telemetry/index.ts';
import { exclusively, type RunningSweeps, type Sweep, type Swept, startSweeps } from './sweeps.ts';

let running: RunningSweeps | undefined;
afterEach(() => running?.stop());

const figure = async (name: string, sweeper: string): Promise<number> => {
  const lines = (await metricsText()).split('\n');
  return Number(
    lines.find((line) => line.startsWith(`${name}{`) && line.includes(`sweeper="${sweeper}"`))?.split(' ')[1],
  );
};
const NOTHING: Swept = { swept: 0, waiting: 0, oldestMs: 0 };
const sweep = (name: string, look: Sweep['look'], everyMs = 10): Sweep => ({ name, everyMs, look });

test('a sweep looks again and again, says what it found, and goes on after a look that failed', async () => {
  let looks = 0;
  running = startSweeps('shop', [
    sweep('clumsy', async () => {
      looks++;
      if (looks === 2) throw new Error('the database is away');
      return { swept: 2, waiting: 3, oldestMs: 4_000 };
    }),
  ]);
  await waitFor('four looks', async () => looks >= 4);
  expect(await figure('bezel_sweeper_oldest_seconds', 'clumsy')).toBe(4);
  expect(await figure('bezel_sweeper_waiting', 'clumsy')).toBe(3);
  expect(await figure('bezel_sweeper_swept_total', 'clumsy')).toBeGreaterThanOrEqual(4);
});

test('no look that fails, hangs or is elsewhere makes a sweep look alive', async () => {
  const hanging = new AbortController();
  running = startSweeps('shop', [
    sweep('fine', async () => NOTHING),
    sweep('failing', () => Promise.reject(new Error('no'))),
    sweep('elsewhere', async () => 'elsewhere'),
    sweep('hanging', (signal) => {
      signal.addEventListener('abort', () => hanging.abort());
      return new Promise((resolve) => hanging.signal.addEventListener('abort', () => resolve(NOTHING)));
    }),
  ]);
  await waitFor('the others to grow old', async () => {
    const ages = await Promise.all(
      ['failing', 'elsewhere', 'hanging'].map((name) => figure('bezel_sweeper_age_seconds', name)),
    );
    return ages.every((age) => age > 1);
  });
  expect(await figure('bezel_sweeper_age_seconds', 'fine')).toBeLessThan(
    await figure('bezel_sweeper_age_seconds', 'failing'),
  );
  // Stopping tells the look under way, and waits for it.
  await running.stop();
  expect(hanging.signal.aborted).toBe(true);
});

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
      await waitFor('the lock to have been idle for longer', async () => {
        const { rowCount } = await database.pool.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
             AND state_change < now() - interval '200 milliseconds'`,
        );
        return rowCount === 1;
      });
      return (await database.pool.query('SELECT FROM asked')).rowCount;
    };
    expect(await exclusively(impatient, 'one', work)).toBe(1);
  } finally {
    await impatient.destroy();
    await database.end();
  }
});
