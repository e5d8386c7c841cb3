import { waitFor } from '@bezel/local/testing';
import { expect } from '@jest/globals';
import type pg from 'pg';

/** A table that counts effects: no constraint hides a double one. */
export const EFFECT_TABLE = `
CREATE TABLE effect (seq bigint GENERATED ALWAYS AS IDENTITY, id text, key text NOT NULL, n int NOT NULL, worker text)`;

/** Waits until as many were handled as were committed, and expects every key to be handled once, in order. */
export async function handledOnceInOrder(pool: pg.Pool, committed: ReadonlyMap<string, number>): Promise<void> {
  const all = [...committed.values()].reduce((sum, count) => sum + count, 0);
  await waitFor(
    `${all} effects`,
    async () =>
      (await pool.query('SELECT count(*)::int AS count FROM (SELECT DISTINCT key, n FROM effect)')).rows[0].count >=
      all,
    { deadlineMs: 60_000, everyMs: 100 },
  );
  const { rows } = await pool.query<{ key: string; handled: number[] }>(
    'SELECT key, array_agg(n ORDER BY seq) AS handled FROM effect GROUP BY key',
  );
  const handled = new Map(rows.map((row) => [row.key, row.handled]));
  for (const [key, count] of committed) {
    expect({ key, handled: handled.get(key) }).toEqual({ key, handled: Array.from({ length: count }, (_, n) => n) });
  }
}
