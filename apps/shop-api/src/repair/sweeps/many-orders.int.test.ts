import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { offerOf, type Shop, startShop } from '../../testing/shop.ts';
import { PAGE } from './forgotten-orders.ts';
import { orderSweeps } from './order-sweeps.ts';

jest.setTimeout(60_000);

const MANY = PAGE * 2 + 7;

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
  const { id } = await shop.submitted();
  // More than two pages, some of the same moment: orders of one transaction.
  await shop.database.pool.query(
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

test('unexpired-offers: an offer that nobody ended is found, however many ended before', async () => {
  await shop.database.pool.query(
    `UPDATE orders SET status = 'PRICED', offer = $1::jsonb || jsonb_build_object('expiresAt', updated_at)`,
    [JSON.stringify(offerOf())],
  );
  const all = await ids();
  const { swept, asked, run } = await look('unexpired-offers', all.at(-1));
  expect(asked).toEqual(all);
  expect(run).toEqual(all.slice(-1));
  expect(swept).toMatchObject({ swept: 1, waiting: MANY });
});
