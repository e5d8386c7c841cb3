import { sweepsOwed, sweepsRun, unowned } from '@bezel/order-workflow/sweepers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { SHOP_SWEEPS } from '../sweeps.ts';
import { shopTestDatabase } from '../testing/shop-database.ts';

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

test('every table and every state of a row has an owner, as the database itself has them', async () => {
  expect(await unowned('shop', client)).toEqual([]);
});

// Without this nobody would know that the look can find anything.
test.each([
  ['a table', 'CREATE TABLE forgotten (id int)', ['nobody owns the rows of public.forgotten']],
  [
    'a table of another schema, in partitions',
    'CREATE SCHEMA s; CREATE TABLE s.f (id int) PARTITION BY LIST (id); CREATE TABLE s.f_1 PARTITION OF s.f FOR VALUES IN (1)',
    ['nobody owns the rows of s.f'],
  ],
  [
    'a status in a list',
    `ALTER TABLE order_repair DROP CONSTRAINT order_repair_state_check,
       ADD CHECK (state IN ('asked', 'doubted', 'done', 'needless', 'refused'))`,
    ['nobody owns the rows of public.order_repair with state = doubted'],
  ],
  [
    'a status that orders get through their history',
    `ALTER TABLE order_history ADD CHECK (to_status <> 'x' OR to_status = 'ENGRAVING')`,
    // The columns of a history say nothing of what waits; the order's own does, and has its values from there.
    ['nobody owns the rows of public.orders with status = ENGRAVING'],
  ],
  [
    'an enum',
    `CREATE TYPE mood AS ENUM ('good', 'bad'); ALTER TABLE orders ADD mood mood NOT NULL DEFAULT 'good'`,
    ['good', 'bad'].map((mood) => `nobody owns the rows of public.orders with mood = ${mood}`),
  ],
  [
    'a moment that is not reached yet',
    'ALTER TABLE courier_event ADD told_at timestamptz',
    ['null', 'set'].map((value) => `nobody owns the rows of public.courier_event with told_at = ${value}`),
  ],
  [
    'a mark',
    'ALTER TABLE order_fact ADD told boolean NOT NULL DEFAULT false',
    ['false', 'true'].map((value) => `nobody owns the rows of public.order_fact with told = ${value}`),
  ],
  [
    'a state whose values nobody has listed',
    `ALTER TABLE order_workflow ADD state text NOT NULL DEFAULT ''`,
    ['nobody owns the rows of public.order_workflow with state = ?'],
  ],
  ['an owner without its table', 'DROP TABLE courier_event', ['public.courier_event has an owner and is not there']],
  [
    'an owner without its state',
    `ALTER TABLE order_repair DROP CONSTRAINT order_repair_state_check, ADD CHECK (state IN ('asked', 'done', 'refused'))`,
    ['public.order_repair.state is never needless, which has an owner'],
  ],
])('it finds %s', async (_, sql, complaints) => {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    expect(await unowned('shop', client)).toEqual(complaints);
  } finally {
    await client.query('ROLLBACK');
  }
});

// That the roles start these, `sweeps.e2e.test.ts` sees.
test('each role of the shop lists the sweeps that are said to run in it, in the rhythm their alerts count with', () => {
  const nobody = undefined as never; // nobody looks
  const run = {
    consumer: SHOP_SWEEPS.consumer({ db: nobody, pool: nobody, outbox: nobody, workflows: nobody }),
    relay: SHOP_SWEEPS.relay(nobody),
  } satisfies Record<keyof typeof SHOP_SWEEPS, unknown>;
  expect(sweepsRun(run)).toEqual(sweepsOwed('shop'));
});
