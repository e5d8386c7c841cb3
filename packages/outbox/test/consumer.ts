import { cloneDatabase, type TestDatabase } from '@bezel/local/testing';
import pg from 'pg';
import { z } from 'zod';
import { defineEvent } from '../src/event/index.ts';
import { migrate, migrationSql } from '../src/migrate/migrate.ts';

const EFFECT = `CREATE TABLE effect (
  seq bigint GENERATED ALWAYS AS IDENTITY, id text NOT NULL, key text NOT NULL, n int NOT NULL, worker text
)`;

/** A database with the outbox's schema and a table that counts effects: no constraint hides a double one. */
export function createConsumerDatabase(): Promise<TestDatabase> {
  return cloneDatabase(`consumer ${migrationSql()} ${EFFECT}`, async (url) => {
    await migrate(url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(EFFECT);
    await client.end();
  });
}

/** A pool that closes with the test. */
export function createPool(url: string, max = 10): pg.Pool & AsyncDisposable {
  const pool = new pg.Pool({ connectionString: url, max });
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() });
}

/** The n-th thing that happened to a key. */
export const counted = (topic: string) =>
  defineEvent({
    type: 'test.counted',
    topic,
    key: (data) => data.key,
    schema: z.object({ key: z.string(), n: z.int() }),
  });

export interface Effect {
  readonly id: string;
  readonly key: string;
  readonly n: number;
  readonly worker: string | null;
}

/** What handlers did, in the order they did it. */
export async function effects(pool: pg.Pool): Promise<Effect[]> {
  return (await pool.query('SELECT id, key, n, worker FROM effect ORDER BY seq')).rows;
}
