import type { OrderResource, OrderStatus } from '@bezel/contracts';
import { ORDER_STATUSES } from '@bezel/contracts';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { moveOrder } from '../../status/move-order.ts';
import { ADA, ANN, BEN, offerOf, type Person, PIA, type Shop, startShop, wayTo } from '../../testing/shop.ts';
import { lockOrder } from './lock-order.ts';

let shop: Shop;
/** Timers go on as they are: only what time it is, this process is wrong about. */
const BESIDE_DATE = [
  ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const),
  ...(['setImmediate', 'clearImmediate', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
];
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

async function orderIn(status: OrderStatus, offer = offerOf()): Promise<OrderResource> {
  const order = await shop.submitted();
  for (const move of wayTo(order.id, status, offer)) await moveOrder(shop.outbox, shop.database.kysely, move);
  return { ...order, status, offer };
}

const factTypes = async (orderId: string) =>
  (await shop.messages(orderId)).map(({ type }) => type).filter((type) => /accepted|requested/.test(type));

const accept = (id: string, body: unknown = {}, as: Person = ANN) =>
  shop.post<OrderResource & { code: string }>(`/v1/orders/${id}/accept`, body, { as });
const cancel = (id: string, body: unknown = { reason: 'found it cheaper' }, as: Person = ANN) =>
  shop.post<OrderResource & { code: string }>(`/v1/orders/${id}/cancel`, body, { as });

describe('accepting', () => {
  test('records the fact and its event under one id; the status waits for the workflow', async () => {
    const order = await orderIn('PRICED');
    const { status, body } = await accept(order.id, { offerId: order.offer?.offerId });
    expect(status).toBe(202);
    expect(body).toMatchObject({ id: order.id, status: 'PRICED' });
    const facts = await shop.database.pool.query('SELECT * FROM order_fact WHERE order_id = $1', [order.id]);
    expect(facts.rows).toMatchObject([{ kind: 'price-accepted', offer_id: order.offer?.offerId, said_by: 'ann' }]);
    const told = (await shop.messages(order.id)).at(-1);
    expect(told).toMatchObject({
      id: facts.rows[0].message_id,
      type: 'shop.price-accepted',
      data: { orderId: order.id, offerId: order.offer?.offerId, acceptedBy: 'ann', at: facts.rows[0].at.toISOString() },
    });
  });

  test('without a body accepts the current offer', async () => {
    const order = await orderIn('PRICED');
    expect((await accept(order.id, undefined)).status).toBe(202);
  });

  test('many times at a time is one fact and one event', async () => {
    const order = await orderIn('PRICED');
    const answers = await Promise.all(Array.from({ length: 8 }, () => accept(order.id)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(202));
    expect(await factTypes(order.id)).toEqual(['shop.price-accepted']);
  });

  test.each(ORDER_STATUSES.filter((status) => status !== 'PRICED'))('in %s is 409 and says so', async (status) => {
    const order = await orderIn(status);
    const answer = await accept(order.id);
    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'illegal_action', detail: expect.stringContaining(status) },
    });
    expect(await factTypes(order.id)).toEqual([]);
  });

  test('another offer than the current one is 409', async () => {
    const order = await orderIn('PRICED');
    expect(await accept(order.id, { offerId: uuidv7() })).toMatchObject({
      status: 409,
      body: { code: 'illegal_action' },
    });
  });

  test('an offer that is over is 409', async () => {
    const order = await orderIn('PRICED', offerOf(uuidv7(), new Date(Date.now() - 1)));
    expect(await accept(order.id)).toMatchObject({ status: 409, body: { code: 'offer_expired' } });
    expect(await factTypes(order.id)).toEqual([]);
  });

  test.each([
    ['fast', 90_000, 30_000, 202],
    ['slow', -90_000, -1_000, 409],
  ])('by a process whose clock is %s is judged by the database’s clock', async (_, wrongByMs, endsInMs, status) => {
    const order = await orderIn('PRICED', offerOf(uuidv7(), new Date(Date.now() + endsInMs)));
    jest.useFakeTimers({ now: Date.now() + wrongByMs, doNotFake: BESIDE_DATE });
    try {
      expect(await accept(order.id)).toMatchObject({ status });
    } finally {
      jest.useRealTimers();
    }
  });

  test('an acceptance that waits for a move is judged by the status after it', async () => {
    const order = await orderIn('PRICED');
    const waiting = await shop.database.kysely.transaction().execute(async (trx) => {
      await lockOrder(trx, (eb) => eb('id', '=', order.id));
      const accepting = accept(order.id);
      await shop.lockWaiters(1);
      await trx
        .insertInto('order_history')
        .values({ order_id: order.id, seq: 3, from_status: 'PRICED', to_status: 'CANCELLED' })
        .execute();
      await trx.updateTable('orders').set({ status: 'CANCELLED', seq: 3 }).where('id', '=', order.id).execute();
      return { accepting };
    });
    expect(await waiting.accepting).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('CANCELLED') },
    });
    expect(await factTypes(order.id)).toEqual([]);
  });
});

describe('cancelling', () => {
  test.each<[OrderStatus, number]>([
    ['SUBMITTED', 202],
    ['PRICING', 202],
    ['PRICED', 202],
    ['APPROVED', 202],
    ['IN_MANUFACTURING', 202],
    ['MANUFACTURING_COMPLETED', 202],
    ['PACKED', 202],
    ['SHIPPED', 409],
    ['DELIVERED', 409],
    ['CANCELLED', 409],
    ['REJECTED', 409],
  ])('in %s is %i', async (status, expected) => {
    const order = await orderIn(status);
    const answer = await cancel(order.id);
    expect(answer.status).toBe(expected);
    expect(await factTypes(order.id)).toEqual(expected === 202 ? ['shop.cancellation-requested'] : []);
  });

  test('many times at a time is one fact and one event, with the first reason', async () => {
    const order = await orderIn('PACKED');
    await cancel(order.id, { reason: 'first' });
    await Promise.all(Array.from({ length: 6 }, () => cancel(order.id, { reason: 'again' })));
    expect((await shop.messages(order.id)).filter(({ type }) => type === 'shop.cancellation-requested')).toMatchObject([
      { data: { reason: 'first', requestedBy: 'ann' } },
    ]);
  });

  test('an administrator may cancel for a customer', async () => {
    expect((await cancel((await orderIn('PRICED')).id, {}, ADA)).status).toBe(400);
    expect((await cancel((await orderIn('PRICED')).id, { reason: 'asked by telephone' }, ADA)).status).toBe(202);
  });
});

describe('bad input is a clear 4xx and stores nothing', () => {
  test.each<[string, string, unknown, Person, number, string]>([
    ["another customer's order", 'cancel', { reason: 'x' }, BEN, 404, 'order_not_found'],
    ["another customer's order", 'accept', {}, BEN, 404, 'order_not_found'],
    ['a partner at the wrong door', 'accept', {}, PIA, 403, 'forbidden'],
    ['no reason', 'cancel', {}, ANN, 400, 'invalid_request'],
    ['a reason of blanks', 'cancel', { reason: '  ' }, ANN, 400, 'invalid_request'],
    ['a reason of 501 characters', 'cancel', { reason: 'x'.repeat(501) }, ANN, 400, 'invalid_request'],
    ['a reason with U+0000', 'cancel', { reason: 'a\u0000b' }, ANN, 400, 'invalid_request'],
    ['a reason that is a number', 'cancel', { reason: 7 }, ANN, 400, 'invalid_request'],
    ['an offer that is no UUID', 'accept', { offerId: 'mine' }, ANN, 400, 'invalid_request'],
    ['a member nobody knows', 'accept', { offer: 'mine' }, ANN, 400, 'invalid_request'],
    ['JSON cut off', 'accept', '{"offerId"', ANN, 400, 'malformed_json'],
    ['an action nobody knows', 'ship', {}, ANN, 404, 'route_not_found'],
  ])('%s: %s %j', async (_, action, body, as, status, code) => {
    const order = await orderIn('PRICED');
    const before = await shop.rowCounts();
    const headers = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
    const answer = await shop.post(`/v1/orders/${order.id}/${action}`, body, { as, headers });
    expect(answer).toMatchObject({ status, body: { code } });
    expect(await shop.rowCounts()).toEqual(before);
  });

  test('unknown orders are 404, ids that are none 400', async () => {
    expect((await accept(uuidv7())).status).toBe(404);
    expect((await cancel('17')).status).toBe(400);
  });
});
