import { createDatabase, type TestDatabase } from '@bezel/local/testing';
import { migrate, uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Database, openDatabase } from '../database/index.ts';
import { takenStatement, wasTaken } from './was-taken.ts';

jest.setTimeout(60_000);

let server: TestDatabase;
let database: Database<never>;
beforeAll(async () => {
  server = await createDatabase();
  await migrate(server.url);
  database = openDatabase<never>({ url: server.url, name: 'taken-test' });
});
afterAll(async () => {
  await database?.end();
  await server?.[Symbol.asyncDispose]();
});

/** A message that was written then, and handled. */
async function taken(at: string): Promise<string> {
  const id = uuidv7();
  await database.pool.query(
    `INSERT INTO outbox.inbox (group_id, slot, ce_time, id) VALUES ('board', outbox.inbox_slot($1), $1, $2)`,
    [at, id],
  );
  return id;
}
const AT = '2026-11-21T23:59:59.999Z';
const asked = (messageId: string) => wasTaken(database.kysely, { messageId, at: AT });

test.each([
  ['as the event happened', AT],
  ['a little later, on the next day', '2026-11-22T00:00:20.000004Z'],
  ['a little earlier: the clock was set back in between', '2026-11-21T23:58:00.000Z'],
])('a message that was written %s is known', async (_, at) => {
  expect(await asked(await taken(at))).toBe(true);
});

test('a message that was never handled is not, nor one of another day', async () => {
  expect(await asked(uuidv7())).toBe(false);
  expect(await asked(await taken('2026-11-20T23:59:59.999Z'))).toBe(false);
  // The ring of slots has come round: the same slot, and not the same day.
  expect(await asked(await taken('2026-11-05T23:59:59.999Z'))).toBe(false);
});

test('it is looked for in the slots of its time, by their primary keys', async () => {
  await database.pool.query(
    `INSERT INTO outbox.inbox (group_id, slot, ce_time, id)
     SELECT 'board', outbox.inbox_slot(at), at, gen_random_uuid()
     FROM (SELECT $1::timestamptz + n * interval '20 seconds' AS at FROM generate_series(-25000, 25000) AS n) AS told`,
    [AT],
  );
  await database.pool.query('ANALYZE outbox.inbox');
  const { sql, parameters } = takenStatement({ messageId: uuidv7(), at: AT }).compile(database.kysely);
  const { rows } = await database.pool.query(`EXPLAIN ${sql}`, [...parameters]);
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toMatch(/inbox_slot_\d+_pkey/);
  expect(plan).not.toMatch(/Seq Scan/);
  expect(new Set(plan.match(/(?<= on )inbox_slot_\d+/g)).size).toBeLessThanOrEqual(2);
});
