import type { OperationsPage } from '@bezel/contracts';
import { linkTo, testServers, waitFor } from '@bezel/local/testing';
import { uuidv7 } from '@bezel/outbox';
import { encodeCursor } from '@bezel/service';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { failingTemporal } from '../testing/failing-temporal.ts';
import { ADA, ANN, OLGA, type Person, PIA, PRICING, SAM, type Shop, startShop } from '../testing/shop.ts';
import { lowestIdAt } from './id-time.ts';
import type { OrderFilter } from './order-filter.ts';
import { ordersInDatabase } from './orders-in-database.ts';
import { OrdersInTemporal } from './orders-in-temporal.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

const list = <Body = OperationsPage>(query: string, as: Person = OLGA, more: { door?: 'partners' } = {}) =>
  shop.ask<Body>(`/v1/operations/orders${query}`, { as, ...more });

describe('who may ask', () => {
  test.each<[string, Person, number]>([
    ['an operator', OLGA, 200],
    ['an administrator', ADA, 200],
    ['sales', SAM, 200],
    ['a customer', ANN, 403],
    ['a partner', PIA, 403],
    ['a service', PRICING, 403],
  ])('%s: %#', async (_, as, status) => {
    for (const source of ['database', 'temporal']) {
      expect((await list(`?source=${source}&tenant=${uuidv7()}`, as)).status).toBe(status);
    }
  });

  test('nobody without a token, and nobody through the partners’ door', async () => {
    expect((await shop.ask('/v1/operations/orders')).status).toBe(401);
    expect((await list('', OLGA, { door: 'partners' })).status).toBe(404);
  });
});

describe('bad input is a clear 400', () => {
  test.each([
    ['?status=LOST', 'invalid_request'],
    ['?status=priced', 'invalid_request'],
    ['?late=yes', 'invalid_request'],
    ['?late=', 'invalid_request'],
    ['?tenant=', 'invalid_request'],
    ['?tenant=a%00b', 'invalid_request'],
    ['?tenant=a%22b', 'invalid_request'],
    ['?tenant=a%5C', 'invalid_request'],
    [`?tenant=${'x'.repeat(201)}`, 'invalid_request'],
    ['?tenant=a&tenant=b', 'invalid_request'],
    ['?olderThan=48h', 'invalid_request'],
    ['?olderThan=-PT1H', 'invalid_request'],
    ['?olderThan=P9999D', 'invalid_request'],
    ['?source=kafka', 'invalid_request'],
    ['?limit=0', 'invalid_request'],
    ['?limit=201', 'invalid_request'],
    ['?oldest=true', 'invalid_request'],
    ['?cursor=x', 'invalid_cursor'],
    [`?cursor=${encodeCursor(['temporal', 'e30'])}`, 'invalid_cursor'],
    [`?source=temporal&cursor=${encodeCursor([uuidv7()])}`, 'invalid_cursor'],
    [`?source=temporal&cursor=${encodeCursor(['temporal', 'bm9uZQ'])}`, 'invalid_cursor'],
  ])('%s', async (query, code) => {
    expect(await list<{ code: string }>(query)).toMatchObject({ status: 400, body: { code } });
  });
});

test('while Temporal is away that is said, and the database answers; when it is back, it is asked again', async () => {
  await using line = await linkTo(testServers().temporalAddress);
  await using alone = await startShop({ temporalAddress: line.address });
  const tenant = `away-${uuidv7()}`;
  const { id } = await alone.submitted({ as: { ...ANN, tenant } });
  const ask = (source: string) => alone.ask(`/v1/operations/orders?source=${source}&tenant=${tenant}`, { as: OLGA });
  expect((await ask('temporal')).status).toBe(200);
  line.cut();
  const away = await ask('temporal');
  expect(away).toMatchObject({ status: 503, body: { code: 'temporal_unavailable' } });
  expect(away.headers.get('retry-after')).toBe('2');
  expect(await ask('database')).toMatchObject({ status: 200, body: { items: [{ id, status: 'SUBMITTED' }] } });
  line.mend();
  await waitFor('Temporal to be asked again', async () => (await ask('temporal')).status === 200, {
    deadlineMs: 60_000,
  });
});

test.each([
  ['UNKNOWN', 2],
  ['INTERNAL', 13],
])('a fault of Temporal’s own (%s) is not blamed on the caller’s cursor', async (_, code) => {
  using temporal = await failingTemporal(code);
  const visibility = new OrdersInTemporal({ address: temporal.address, namespace: 'bezel' });
  try {
    for (const position of [null, Buffer.from('{}')]) {
      await expect(visibility.list({}, 1, position)).rejects.toMatchObject({
        status: 503,
        code: 'temporal_unavailable',
      });
    }
  } finally {
    await visibility.end();
  }
});

test('an operator may look at every order and its history, and may not act for a customer', async () => {
  const { id } = await shop.submitted();
  expect((await shop.ask(`/v1/orders/${id}`, { as: OLGA })).status).toBe(200);
  expect((await shop.ask(`/v1/orders/${id}/history`, { as: OLGA })).status).toBe(200);
  expect((await shop.ask('/v1/orders', { as: OLGA })).status).toBe(403);
  expect((await shop.post(`/v1/orders/${id}/cancel`, { reason: 'x' }, { as: OLGA })).status).toBe(403);
  const both: Person = { ...OLGA, roles: ['operator', 'customer'] };
  expect((await shop.post(`/v1/orders/${id}/cancel`, { reason: 'x' }, { as: both })).status).toBe(404);
});

test('pages are oldest first, and none repeats or skips an order while others come', async () => {
  const as = { ...ANN, tenant: `paging-${uuidv7()}` };
  const mine: string[] = [];
  for (let count = 0; count < 5; count++) mine.push((await shop.submitted({ as })).id);
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const more: string = cursor === null ? '' : `&cursor=${cursor}`;
    const { body } = await list(`?tenant=${as.tenant}&limit=2${more}`);
    seen.push(...body.items.map(({ id }) => id));
    cursor = body.nextCursor;
    if (seen.length === 2) mine.push((await shop.submitted({ as })).id);
  } while (cursor !== null);
  expect(seen).toEqual(mine);
});

describe('on many orders, each question is answered by an index', () => {
  const ORDERS = 30_000;
  beforeAll(async () => {
    // Nearly all orders are at their end, a few are late; a tenth of them came through the partners' door.
    await shop.database.pool.query(`
      SET statement_timeout = 0;
      -- No autovacuum between two questions: it would change what a plan costs.
      ALTER TABLE orders SET (autovacuum_enabled = false);
      INSERT INTO model (sha256, bytes) VALUES (repeat('b', 64), 684);
      SET session_replication_role = replica; -- no history is needed here
      INSERT INTO orders (id, number, tenant, customer_id, channel, model_sha256, model_file_name, model_bytes, metal, finish,
                          stones, status, seq, late)
      SELECT (lpad(to_hex(n::bigint * 65536), 12, '0') || '70008000000000000000')::uuid, 'N-' || n, 't' || n % 50, 'c',
             CASE WHEN n % 10 = 0 THEN 'partner' ELSE 'shop' END, repeat('b', 64), 'a.stl', 684, 'gold-585', 'polished', 0,
             CASE WHEN n % 100 < 97 THEN 'DELIVERED' ELSE (ARRAY['PRICED', 'APPROVED', 'PACKED'])[1 + n / 100 % 3] END, 0,
             n % 500 = 499
      FROM generate_series(1, ${ORDERS}) AS n;
      RESET session_replication_role;
      RESET statement_timeout`);
    await shop.database.pool.query('VACUUM ANALYZE orders');
  });

  const beforeId = lowestIdAt(new Date());
  test.each<[OrderFilter, RegExp]>([
    [{}, /using orders_pkey/],
    [{ beforeId }, /using orders_pkey/],
    [{ late: true }, /using orders_late/],
    [{ late: true, tenant: 't49', status: 'APPROVED' }, /using orders_late|using orders_of_tenant_status/],
    [{ status: 'PACKED' }, /using orders_of_status/],
    [{ status: 'DELIVERED', late: false, beforeId }, /using (orders_of_status|orders_pkey)/],
    [{ status: 'PACKED', tenant: 't49' }, /on orders_of_tenant_status/],
    [{ status: 'DELIVERED', tenant: 't49', beforeId }, /using orders_of_tenant_status/],
    [{ tenant: 't49' }, /Merge Append[\s\S]*orders_of_channel[\s\S]*orders_of_channel/],
    [{ tenant: 't49', late: false, beforeId }, /Merge Append[\s\S]*orders_of_channel[\s\S]*orders_of_channel/],
  ])('%j', async (filter, index) => {
    const halfway = lowestIdAt(new Date((ORDERS / 2) * 65_536));
    for (const after of [undefined, halfway]) {
      const plan = await planOf(filter, after);
      expect(plan).toMatch(index);
      expect(plan).not.toContain('Seq Scan');
      // 50 rows, each perhaps on another page, and the way to them; four times as many where so few fit that they are sorted.
      expect(Number(/Buffers: shared hit=(\d+)/.exec(plan)?.[1])).toBeLessThan(250);
    }
  });

  /** The plan of the very statement that is sent. */
  async function planOf(filter: OrderFilter, after?: string): Promise<string> {
    const { rows } = await sql<Record<'QUERY PLAN', string>>`EXPLAIN (ANALYZE, BUFFERS, COSTS OFF)
      ${ordersInDatabase(filter, { after, limit: 50 })}`.execute(shop.database.kysely);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  }
});
