import { TemporalUnavailableError } from '@bezel/order-workflow/client';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { offerOf, type Shop, startShop } from '../../testing/shop.ts';
import { PAGE, pageStatement } from './looking/forgotten-orders.ts';
import { orderSweeps } from './order-sweeps.ts';

jest.setTimeout(60_000);

const MANY = PAGE * 2 + 7;

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
  const { id } = await shop.submitted();
  // More than two pages, some of the same moment: orders of one transaction.
  await pastConstraints(
    `INSERT INTO orders
     SELECT copy.* FROM orders AS one, generate_series(1, $2::integer) AS n,
       jsonb_populate_record(one, jsonb_build_object('id', gen_random_uuid(), 'number', 'B-2025-' || lpad(n::text, 6, '0'))) AS copy
     WHERE one.id = $1`,
    [id, MANY - 1],
  );
  await shop.database.pool.query(
    `UPDATE orders SET updated_at = now() - substr(number, 8)::integer / 40 * interval '1 microsecond'`,
  );
});
afterAll(() => shop[Symbol.asyncDispose]());

const ids = async (): Promise<string[]> =>
  (await shop.database.pool.query('SELECT id FROM orders ORDER BY updated_at, id')).rows.map(({ id }) => id);

/** These orders have no history, which each order has to have. */
async function pastConstraints(text: string, params: unknown[]): Promise<void> {
  const client = await shop.database.pool.connect();
  await client.query('SET session_replication_role = replica');
  await client.query(text, params);
  client.release(true);
}

/** One look when all orders but one have a workflow: what it says, and for which orders it asked. */
async function look(name: string, without: string | undefined) {
  const { kysely: db, pool } = shop.database;
  const asked: string[] = [];
  const workflows = {
    openAmong: async (some: readonly string[]) => {
      asked.push(...some);
      return new Set(some.filter((id) => id !== without));
    },
    presenceOf: async () => ({ is: 'unknown' }),
  } as unknown as Parameters<typeof orderSweeps>[0]['workflows'];
  const sweeps = orderSweeps({ db, pool, outbox: shop.outbox, workflows, quietMs: 0 });
  const swept = await sweeps.find((sweep) => sweep.name === name)?.look(new AbortController().signal);
  const { rows } = await pool.query('DELETE FROM order_repair RETURNING order_id AS id');
  return { swept, asked, run: rows.map(({ id }) => id) };
}

test.each(['unstarted-orders', 'stuck-workflows'])(
  '%s: an order that nobody began is found, however many wait longer',
  async (name) => {
    const all = await ids();
    const { swept, asked, run } = await look(name, all.at(-1));
    expect(asked).toEqual(all);
    expect(run).toEqual(all.slice(-1));
    expect(swept).toMatchObject({ swept: 1, waiting: name === 'stuck-workflows' ? 1 : MANY });
  },
);

/** Looks at orders of which Temporal lists none of these, and answers for the last of them alone: for which was asked. */
function looking(name: string, unlisted: readonly string[]) {
  const { kysely: db, pool } = shop.database;
  const workflows = {
    openAmong: async (some: readonly string[]) => new Set(some.filter((id) => !unlisted.includes(id))),
    async presenceOf(id: string) {
      if (id === unlisted.at(-1)) return { is: 'unknown' };
      throw new TemporalUnavailableError(`look at the workflow of order ${id}: Temporal does not answer`);
    },
  } as unknown as Parameters<typeof orderSweeps>[0]['workflows'];
  const sweep = orderSweeps({ db, pool, outbox: shop.outbox, workflows, quietMs: 0 }).find((one) => one.name === name);
  return async () => {
    const swept = await sweep?.look(new AbortController().signal);
    const { rows } = await pool.query('DELETE FROM order_repair RETURNING order_id AS id');
    return { swept, run: rows.map(({ id }) => id) };
  };
}

test.each(['unstarted-orders', 'stuck-workflows'])(
  '%s: an order that Temporal never answers for keeps no other one waiting',
  async (name) => {
    const all = await ids();
    const { swept, run } = await looking(name, [all[0] ?? '', all.at(-1) ?? ''])();
    expect(run).toEqual(all.slice(-1));
    expect(swept).toMatchObject({ swept: 1, waiting: name === 'stuck-workflows' ? 2 : MANY });
  },
);

test.each(['unstarted-orders', 'stuck-workflows'])(
  '%s: a look gives up after a few that Temporal does not answer for, and the next one asks about those last',
  async (name) => {
    const all = await ids();
    const look = looking(name, [...all.slice(0, 3), all.at(-1) ?? '']);
    const waiting = name === 'stuck-workflows' ? 4 : MANY;
    expect(await look()).toMatchObject({ run: [], swept: { swept: 0, waiting } });
    expect(await look()).toMatchObject({ run: all.slice(-1), swept: { swept: 1, waiting } });
  },
);

test.each(['unstarted-orders', 'stuck-workflows'])(
  '%s: what was asked for stays when a page behind it cannot be looked at',
  async (name) => {
    const { kysely: db, pool } = shop.database;
    const all = await ids();
    let looks = 0;
    const workflows = {
      async openAmong() {
        looks++;
        if (looks > 1) throw new Error('Temporal is away');
        return new Set(all.slice(1));
      },
      async presenceOf(id: string) {
        expect(id).toBe(all[0]);
        return { is: 'unknown' };
      },
    } as unknown as Parameters<typeof orderSweeps>[0]['workflows'];
    const sweeps = orderSweeps({ db, pool, outbox: shop.outbox, workflows, quietMs: 0 });
    const sweep = sweeps.find((one) => one.name === name);
    await expect(sweep?.look(new AbortController().signal)).rejects.toThrow('Temporal is away');
    const { rows } = await pool.query('DELETE FROM order_repair RETURNING order_id AS id');
    expect(rows).toEqual([{ id: all[0] }]);
  },
);

test('a page is read along the index, from where the last one ended', async () => {
  const { kysely, pool } = shop.database;
  await pool.query('ANALYZE orders');
  const last = { id: (await ids())[PAGE] ?? '', place: new Date().toISOString() };
  const { sql, parameters } = pageStatement('SUBMITTED', { olderThanMs: 0 }, last).compile(kysely);
  const client = await pool.connect();
  try {
    await client.query('BEGIN; SET LOCAL enable_seqscan = off');
    const { rows } = await client.query(`EXPLAIN ${sql}`, [...parameters]);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Presorted Key: updated_at.*Index Scan using orders_in_stage/s);
    // The rows of earlier pages are not read: they are before where the index is entered.
    expect(plan).toMatch(/Index Cond: \(\(status = 'SUBMITTED'::text\) AND [^\n]*updated_at[^\n]* >= /);
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});

test('unexpired-offers: an offer that nobody ended is found, however many ended before', async () => {
  await pastConstraints(
    `UPDATE orders SET status = 'PRICED', offer = $1::jsonb || jsonb_build_object('expiresAt', updated_at)`,
    [JSON.stringify(offerOf())],
  );
  const all = await ids();
  const { swept, asked, run } = await look('unexpired-offers', all.at(-1));
  expect(asked).toEqual(all);
  expect(run).toEqual(all.slice(-1));
  expect(swept).toMatchObject({ swept: 1, waiting: MANY });
});
