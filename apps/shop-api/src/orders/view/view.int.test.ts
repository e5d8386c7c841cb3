import { ORDER_STATUSES, type OrderHistoryEntry, type OrderPage, type OrderResource } from '@bezel/contracts';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { moveOrder } from '../../status/move-order.ts';
import { recordDelay } from '../../status/record-delay.ts';
import { recordRefusedFact } from '../../status/record-refused-fact.ts';
import { ADA, ANN, BEN, offerOf, type Person, PIA, PRICING, type Shop, startShop, wayTo } from '../../testing/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

describe('an order', () => {
  test('is shown as it is, with its offer', async () => {
    const order = await shop.submitted();
    expect((await shop.ask(`/v1/orders/${order.id}`, { as: ANN })).body).toEqual(order);
    const offer = offerOf();
    for (const move of wayTo(order.id, 'PRICED', offer)) await moveOrder(shop.outbox, shop.database.kysely, move);
    const { body } = await shop.ask<OrderResource>(`/v1/orders/${order.id}`, { as: ANN });
    expect(body).toMatchObject({ status: 'PRICED', offer });
    expect(Date.parse(body.updatedAt)).toBeGreaterThan(Date.parse(order.updatedAt));
  });

  test.each([
    ['a customer', ANN, 'customers'],
    ['a partner', { ...PIA, tenant: 'platinumsmith' }, 'partners'],
  ] as const)('is shown to %s with its deadline and promise, and as late while it is', async (_, as, door) => {
    const seen = async (id: string) => (await shop.ask<OrderResource>(`/v1/orders/${id}`, { as, door })).body;
    const { id, ...order } = await shop.submitted({ as, door });
    const nothing = { stageDeadline: null, late: false, promisedAt: null, expectedAt: null, predictedLate: false };
    expect(order).toMatchObject(nothing);
    const [deadline, promisedAt, expectedAt] = [23, 25, 27].map((day) => `2026-11-${day}T10:00:00.000Z`) as [
      string,
      string,
      string,
    ];
    for (const move of wayTo(id, 'APPROVED')) {
      await moveOrder(
        shop.outbox,
        shop.database.kysely,
        move.to === 'APPROVED' ? { ...move, deadline, promisedAt } : move,
      );
    }
    expect(await seen(id)).toMatchObject({ ...nothing, stageDeadline: deadline, promisedAt });
    const delay = { orderId: id, seq: 3, status: 'APPROVED', expectedAt, tells: ['customer'] } as const;
    await recordDelay(shop.outbox, shop.database.kysely, { ...delay, kind: 'predicted', deadline: promisedAt });
    await recordDelay(shop.outbox, shop.database.kysely, { ...delay, kind: 'late', deadline });
    const late = { stageDeadline: deadline, late: true, promisedAt, expectedAt, predictedLate: true };
    expect(await seen(id)).toMatchObject(late);
    const page = await shop.ask<OrderPage>('/v1/orders', { as, door });
    expect(page.body.items.find((item) => item.id === id)).toMatchObject(late);
  });

  test.each<[string, Person, number]>([
    ['its customer', ANN, 200],
    ['an administrator', ADA, 200],
    ['another customer of the tenant', BEN, 404],
    ['the same name in another tenant', { ...ANN, tenant: 'other' }, 404],
    ['pricing', PRICING, 403],
  ])('is shown to %s: %#', async (_, as, status) => {
    const order = await shop.submitted();
    for (const path of ['', '/history']) {
      expect((await shop.ask(`/v1/orders/${order.id}${path}`, { as })).status).toBe(status);
    }
  });

  test.each([
    ['an unknown id', uuidv7(), 404, 'order_not_found'],
    ['no UUID', 'B-2026-000001', 400, 'invalid_request'],
    ['a NUL', '%00', 400, 'invalid_request'],
    ['a broken escape', '%ZZ', 400, 'invalid_request'],
  ])('%s is %#: a clear answer', async (_, id, status, code) => {
    for (const path of [`/v1/orders/${id}`, `/v1/orders/${id}/history`]) {
      expect(await shop.ask(path, { as: ANN })).toMatchObject({ status, body: { code } });
    }
  });
});

describe('a partner', () => {
  test("sees the orders of all its people, through its own door, and nobody else's", async () => {
    const order = await shop.submitted({ as: PIA, door: 'partners' });
    expect(order).toMatchObject({ channel: 'partner', tenant: 'goldsmith' });
    const see = async (as: Person) => (await shop.ask(`/v1/orders/${order.id}`, { as, door: 'partners' })).status;
    expect(await see({ ...PIA, sub: 'pit' })).toBe(200);
    expect(await see({ ...PIA, tenant: 'silversmith' })).toBe(404);
    expect(await see(ANN)).toBe(403);
    const pages = await shop.ask<OrderPage>('/v1/orders', { as: { ...PIA, sub: 'pit' }, door: 'partners' });
    expect(pages.body.items.map(({ id }) => id)).toEqual([order.id]);
  });

  test('has no courier and no models of others behind its door', async () => {
    expect((await shop.post('/v1/courier-events', {}, { door: 'partners' })).status).toBe(404);
    expect((await shop.ask(`/v1/models/${'a'.repeat(64)}`, { as: PIA, door: 'partners' })).status).not.toBe(200);
  });
});

describe('the list', () => {
  const cleo: Person = { ...ANN, sub: 'cleo' };
  let mine: string[];
  beforeAll(async () => {
    const orders: OrderResource[] = [];
    for (let count = 0; count < 5; count++) orders.push(await shop.submitted({ as: cleo }));
    mine = orders.map(({ id }) => id).reverse();
  });

  const page = (query: string, as = cleo) => shop.ask<OrderPage>(`/v1/orders${query}`, { as });

  test('has all my orders, newest first, page after page, while others are submitted', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await page(`?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
      seen.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor;
      if (seen.length === 2) await shop.submitted({ as: cleo });
    } while (cursor !== null);
    expect(seen).toEqual(mine);
  });

  test('has no next page after the last one', async () => {
    const { body } = await page('?limit=200');
    expect(body.nextCursor).toBeNull();
    expect((await page('', { ...cleo, sub: 'nobody' })).body).toEqual({ items: [], nextCursor: null });
  });

  test("shows an administrator everybody's orders", async () => {
    const { body } = await page('?limit=200', ADA);
    const { rows } = await shop.database.pool.query('SELECT count(*)::int AS orders FROM orders');
    expect(body.items).toHaveLength(rows[0].orders);
  });

  test('is served by an index: no sort, no scan of the table', async () => {
    const { rows } = await shop.database.pool.query(`
      EXPLAIN (FORMAT TEXT) SELECT * FROM orders
      WHERE tenant = 'public' AND customer_id = 'cleo' AND id < '${uuidv7()}' ORDER BY id DESC LIMIT 51`);
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index Scan Backward using orders_of_customer/);
  });

  test.each([
    '?limit=0',
    '?limit=201',
    '?limit=x',
    '?cursor=x',
    '?cursor=WyJ4Il0',
    `?cursor=${'x'.repeat(600)}`,
    '?status=PRICED',
  ])('%s is refused', async (query) => {
    expect((await page(query)).status).toBe(400);
  });
});

test('the history tells moves, delays and refused facts in their order', async () => {
  const order = await shop.submitted();
  const cause = uuidv7();
  const refused = uuidv7();
  const deadline = '2026-11-21T10:15:00.000Z';
  await moveOrder(shop.outbox, shop.database.kysely, {
    orderId: order.id,
    seq: 1,
    from: 'SUBMITTED',
    to: 'PRICING',
    causedBy: cause,
  });
  const delay = { orderId: order.id, seq: 1, status: 'PRICING', deadline, expectedAt: null, tells: [] } as const;
  await recordDelay(shop.outbox, shop.database.kysely, { ...delay, kind: 'late' });
  const told = (await shop.messages(order.id)).find(({ type }) => type === 'shop.order-delayed');
  await recordRefusedFact(shop.database.kysely, {
    orderId: order.id,
    messageId: refused,
    kind: 'packed',
    status: 'PRICING',
    reason: 'repeated',
    at: new Date().toISOString(),
  });
  await moveOrder(shop.outbox, shop.database.kysely, {
    orderId: order.id,
    seq: 2,
    from: 'PRICING',
    to: 'REJECTED',
    reason: 'not closed',
  });
  const { body } = await shop.ask<{ items: OrderHistoryEntry[] }>(`/v1/orders/${order.id}/history`, { as: ANN });
  expect(body.items).toMatchObject([
    { kind: 'moved', seq: 0, from: null, to: 'SUBMITTED', reason: null, messageId: null },
    { kind: 'moved', seq: 1, from: 'SUBMITTED', to: 'PRICING', messageId: cause },
    { kind: 'delayed', seq: 1, from: null, to: null, reason: 'late', deadline, expectedAt: null, messageId: told?.id },
    {
      kind: 'refused',
      seq: null,
      from: null,
      to: null,
      reason: 'packed: repeated',
      messageId: refused,
      deadline: null,
    },
    { kind: 'moved', seq: 2, from: 'PRICING', to: 'REJECTED', reason: 'not closed' },
  ]);
  expect(body.items[0]?.at).toBe(order.submittedAt);
});

test.each(['customers', 'partners'] as const)(
  'the OpenAPI document of the %s’ door knows the statuses of the contracts',
  async (door) => {
    const { body } = await shop.ask('/openapi.json', { door });
    const lists: string[][] = [];
    JSON.parse(JSON.stringify(body), (key, value) => {
      if (key === 'enum' && value.includes('SUBMITTED')) lists.push(value);
      return value;
    });
    expect(lists.length).toBeGreaterThan(0);
    for (const list of lists) expect(list).toEqual([...ORDER_STATUSES]);
  },
);
