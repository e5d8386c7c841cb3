import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createDatabase, testServers } from '@bezel/local/testing';
import { STATUSES, TRANSITIONS } from '@bezel/order-workflow';
import { migrateDatabase } from '@bezel/service';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { MIGRATIONS, shopTestDatabase } from '../testing/shop-database.ts';

let database: Awaited<ReturnType<typeof shopTestDatabase>>;
let client: pg.Client;
beforeAll(async () => {
  database = await shopTestDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database[Symbol.asyncDispose]();
});

test('the moves the database allows are those of the stage contract', async () => {
  // The constraint itself, asked about every pair there could be.
  const { rows: constraints } = await client.query(
    `SELECT pg_get_expr(conbin, conrelid) AS allows FROM pg_constraint WHERE conname = 'order_history_allowed'`,
  );
  expect(constraints).toHaveLength(1);
  const statuses = [...STATUSES, 'NO_STATUS'];
  const { rows } = await client.query(
    `SELECT from_status, to_status
     FROM unnest($1::text[] || NULL::text) AS from_status, unnest($1::text[]) AS to_status
     WHERE ${constraints[0].allows}`,
    [statuses],
  );
  const allowed = rows.map(({ from_status, to_status }) => `${from_status} → ${to_status}`);
  expect(allowed.sort()).toEqual(
    [...new Set(TRANSITIONS.map(({ from, to }) => `${from} → ${to}`)), `null → ${STATUSES[0]}`].sort(),
  );
});

test('a refused fact names a status of the stage contract', async () => {
  const { rows } = await client.query(
    `SELECT pg_get_expr(conbin, conrelid) AS allows FROM pg_constraint WHERE conname = 'order_refused_fact_status'`,
  );
  const known = await client.query(`SELECT status FROM unnest($1::text[]) AS status WHERE ${rows[0].allows}`, [
    [...STATUSES, 'NO_STATUS'],
  ]);
  expect(known.rows.map(({ status }) => status)).toEqual([...STATUSES]);
});

test('each view of the ledger has its five columns', async () => {
  const { rows } = await client.query(`
    SELECT table_name, string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position) AS columns
    FROM information_schema.columns WHERE table_schema = 'ledger' GROUP BY table_name ORDER BY table_name`);
  // What is told beside the hops.
  const BESIDE = ['shop_order_details', 'shop_parked', 'shop_repair_details'];
  expect(rows.map((row) => row.table_name)).toEqual([
    'shop_cancellation',
    'shop_delay',
    'shop_history',
    'shop_inbox',
    'shop_order',
    'shop_order_details',
    'shop_outbox',
    'shop_parked',
    'shop_repair',
    'shop_repair_details',
  ]);
  const hops = rows.filter((row) => !BESIDE.includes(row.table_name));
  for (const { columns } of hops) {
    expect(columns).toBe('order_id uuid, hop text, message_id uuid, state text, at timestamp with time zone');
  }
});

describe('whoever writes, the constraints hold', () => {
  const ORDER = '019a0000-0000-7000-8000-000000000001';
  const insertOrder = `
    INSERT INTO model (sha256, bytes) VALUES (repeat('a', 64), 84);
    INSERT INTO orders (id, number, tenant, customer_id, channel, model_sha256, model_file_name, model_bytes, metal, finish,
                        stones, status, seq)
    VALUES ('${ORDER}', 'B-1', 't', 'c', 'shop', repeat('a', 64), 'a.stl', 84, 'gold-585', 'polished', 0, 'SUBMITTED', 0);`;
  const submitted = `INSERT INTO order_history (order_id, seq, to_status) VALUES ('${ORDER}', 0, 'SUBMITTED');`;
  const move = (seq: number, from: string, to: string) =>
    `INSERT INTO order_history (order_id, seq, from_status, to_status) VALUES ('${ORDER}', ${seq}, '${from}', '${to}');
     UPDATE orders SET seq = ${seq}, status = '${to}' WHERE id = '${ORDER}';`;

  /** Runs the statements and commits, then takes everything away again. */
  async function commit(sql: string): Promise<string> {
    try {
      await client.query(`BEGIN; ${insertOrder} ${sql} COMMIT`);
      await client.query('TRUNCATE model, orders, order_history CASCADE');
      return 'committed';
    } catch (error) {
      await client.query('ROLLBACK');
      return (error as pg.DatabaseError).constraint ?? String(error);
    }
  }

  test.each([
    ['an order with its first history row', submitted, 'committed'],
    ['two moves in a row', submitted + move(1, 'SUBMITTED', 'PRICING') + move(2, 'PRICING', 'REJECTED'), 'committed'],
    ['an order without history', '', 'orders_status_has_history'],
    [
      'a status without its history row',
      `${submitted} UPDATE orders SET status = 'PACKED';`,
      'orders_status_has_history',
    ],
    ['a move that is not in the table', submitted + move(1, 'SUBMITTED', 'PACKED'), 'order_history_allowed'],
    ['a hole in the numbers', submitted + move(2, 'SUBMITTED', 'PRICING'), 'order_history_chain'],
    ['a move from where the order is not', submitted + move(1, 'PRICING', 'REJECTED'), 'order_history_chain'],
    [
      'the same number twice',
      submitted + move(1, 'SUBMITTED', 'PRICING') + move(1, 'SUBMITTED', 'CANCELLED'),
      'order_history_pkey',
    ],
    [
      'PRICED without an offer',
      submitted + move(1, 'SUBMITTED', 'PRICING') + move(2, 'PRICING', 'PRICED'),
      'order_history_check2',
    ],
  ])('%s: %#', async (_, sql, outcome) => {
    expect(await commit(sql)).toBe(outcome);
  });
});

describe('a migration of a shop at work', () => {
  // Those before made the tables: nobody can have been at work on them.
  const FIRST = 6;

  test('gives up when somebody holds a table, and takes the indexes that were built by hand', async () => {
    await using shop = await createDatabase();
    const tables = await mkdtemp(join(tmpdir(), 'bezel-migrations-'));
    const files = (await readdir(MIGRATIONS)).sort();
    for (const file of files.slice(0, FIRST - 1)) await copyFile(new URL(file, MIGRATIONS), join(tables, file));
    await migrateDatabase({ url: shop.url, app: { name: 'shop', folder: pathToFileURL(`${tables}/`) } });
    await rm(tables, { recursive: true });
    const [owner, writer] = [shop.url, shop.url].map((connectionString) => new pg.Client({ connectionString }));
    if (!owner || !writer) throw new Error('no client');
    await Promise.all([owner.connect(), writer.connect()]);
    // What would wait for ever ends with another code.
    await owner.query(`SET statement_timeout = '20s'`);
    const codeOf = (sql: string): Promise<string | undefined> =>
      owner.query(`BEGIN; ${sql} ROLLBACK`).then(
        () => 'done',
        async (error: pg.DatabaseError) => {
          await owner.query('ROLLBACK');
          return error.code;
        },
      );

    for (const file of files.slice(FIRST - 1)) {
      const sql = await readFile(new URL(file, MIGRATIONS), 'utf8');
      await writer.query('BEGIN');
      await writer.query(HOLD_ALL);
      const code = await codeOf(sql.replaceAll(/lock_timeout = '\d+s'/g, `lock_timeout = '50ms'`));
      await writer.query('ROLLBACK');
      // One that asks for no patience needs none: it passes beside every writer.
      expect({ file, code }).toEqual({ file, code: sql.includes('SET LOCAL lock_timeout') ? '55P03' : 'done' });

      if (sql.includes('by hand with CONCURRENTLY')) {
        const indexes = sql.match(/^CREATE INDEX [^;]+;/gm) ?? [];
        expect(indexes).not.toEqual([]);
        for (const index of indexes) {
          await owner.query(index.replace(/^CREATE INDEX (IF NOT EXISTS )?/, 'CREATE INDEX CONCURRENTLY '));
        }
      }
      await owner.query(`BEGIN; ${sql} COMMIT`);
    }
    await Promise.all([owner.end(), writer.end()]);
  });

  /** As a transaction does that writes to every table. */
  const HOLD_ALL = `
    DO $$ BEGIN
      EXECUTE (
        SELECT 'LOCK TABLE ' || string_agg(quote_ident(tablename), ', ') || ' IN ROW EXCLUSIVE MODE'
        FROM pg_tables WHERE schemaname = 'public'
      );
    END $$`;
});

test("the app's login reads and writes orders, and changes neither history nor tables", async () => {
  await using empty = await createDatabase();
  const password = randomBytes(12).toString('hex');
  const superuser = new pg.Client({ connectionString: testServers().postgresUrl });
  await superuser.connect();
  await superuser.query(`CREATE ROLE ${empty.name} LOGIN PASSWORD '${password}'`);
  try {
    await migrateDatabase({ url: empty.url, login: empty.name, app: { name: 'shop', folder: MIGRATIONS } });
    const url = new URL(empty.url);
    url.username = empty.name;
    url.password = password;
    const app = new pg.Client({ connectionString: url.href });
    await app.connect();
    const outcome = (sql: string) =>
      app.query(sql).then(
        () => 'done',
        (error: pg.DatabaseError) => error.code,
      );
    expect(await outcome(`INSERT INTO model (sha256, bytes) VALUES (repeat('a', 64), 84)`)).toBe('done');
    expect(await outcome('SELECT * FROM order_history')).toBe('done');
    expect(await outcome(`SELECT nextval('order_number')`)).toBe('done');
    expect(await outcome('SELECT * FROM outbox.message, idempotency.answer')).toBe('done');
    expect(await outcome('UPDATE order_history SET reason = NULL')).toBe('42501');
    expect(await outcome('SELECT * FROM order_delay')).toBe('done');
    expect(await outcome('UPDATE pricing_progress SET percent = 1')).toBe('done');
    expect(await outcome('DELETE FROM pricing_progress')).toBe('42501');
    expect(await outcome('DELETE FROM order_fact')).toBe('42501');
    expect(await outcome("UPDATE order_delay SET kind = 'late'")).toBe('42501');
    expect(await outcome('ALTER TABLE orders DROP CONSTRAINT orders_status_has_history')).toBe('42501');
    await app.end();
  } finally {
    await superuser.query(`DROP DATABASE ${empty.name} WITH (FORCE)`);
    await superuser.query(`DROP ROLE ${empty.name}`);
    await superuser.end();
  }
});
