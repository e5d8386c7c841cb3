import type { OrderStatus } from '@bezel/contracts';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { COURIER_SECRET, type Shop, startShop } from '../testing/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

const at = '2026-11-21T12:00:00.000Z';
const delivered = (orderId: string, when = at) => ({ type: 'parcel.delivered', data: { orderId, at: when } });

interface Sent {
  readonly id?: string;
  readonly secret?: string;
  readonly time?: Date;
  readonly headers?: Record<string, string>;
}

/** Sends a callback as a courier does. `body` may be text, to be broken. */
function send(
  body: unknown,
  { id = `evt_${uuidv7()}`, secret = COURIER_SECRET, time = new Date(), headers = {} }: Sent = {},
) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return shop.ask<{ code?: string; orderId?: string }>('/v1/courier-events', {
    method: 'POST',
    body: text,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(time.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, time, text),
      ...headers,
    },
  });
}

const deliveries = async (orderId: string) =>
  (await shop.messages(orderId)).filter(({ type }) => type === 'shop.delivery-confirmed');

async function orderIn(status: OrderStatus) {
  const order = await shop.submitted();
  await shop.moveTo(order.id, status);
  return order;
}

test('a delivery is recorded with its event, by id or by number', async () => {
  const [one, two] = [await orderIn('SHIPPED'), await orderIn('SHIPPED')];
  expect(await send(delivered(one.id), { id: 'evt_1' })).toMatchObject({
    status: 202,
    body: { webhookId: 'evt_1', orderId: one.id, recorded: true },
  });
  expect(await deliveries(one.id)).toMatchObject([{ data: { orderId: one.id, courierEventId: 'evt_1' } }]);
  const byNumber = { type: 'parcel.delivered', data: { orderNumber: two.number, at } };
  expect(await send(byNumber)).toMatchObject({ status: 202, body: { orderId: two.id } });
});

test('the same callback again, also at the same time, gets the same answer and adds nothing', async () => {
  const order = await orderIn('SHIPPED');
  const answers = await Promise.all(Array.from({ length: 6 }, () => send(delivered(order.id), { id: 'evt_many' })));
  answers.push(await send(delivered(order.id), { id: 'evt_many' }));
  for (const { status, body } of answers) {
    expect({ status, body }).toEqual({
      status: 202,
      body: { webhookId: 'evt_many', orderId: order.id, recorded: true },
    });
  }
  expect(await deliveries(order.id)).toHaveLength(1);
});

test('the same callback after the order has ended still gets its answer', async () => {
  const order = await orderIn('SHIPPED');
  await send(delivered(order.id), { id: 'evt_early' });
  await shop.moveTo(order.id, 'DELIVERED');
  expect((await send(delivered(order.id), { id: 'evt_early' })).status).toBe(202);
  expect(await deliveries(order.id)).toHaveLength(1);
});

test('one delivery told under two ids is one fact', async () => {
  const order = await orderIn('SHIPPED');
  expect((await send(delivered(order.id))).status).toBe(202);
  expect((await send(delivered(order.id))).status).toBe(202);
  expect(await deliveries(order.id)).toHaveLength(1);
});

test.each<[OrderStatus, number]>([
  ['SUBMITTED', 202],
  ['PACKED', 202],
  ['DELIVERED', 202],
  ['CANCELLED', 409],
  ['REJECTED', 409],
])('for an order in %s: %i', async (status, expected) => {
  const order = await orderIn(status);
  const before = await shop.rowCounts();
  expect((await send(delivered(order.id))).status).toBe(expected);
  expect(await deliveries(order.id)).toHaveLength(expected === 202 ? 1 : 0);
  if (expected === 409) expect(await shop.rowCounts()).toEqual(before);
});

describe('is refused and stores nothing', () => {
  test.each<[string, unknown, Sent, number, string]>([
    [
      'another secret',
      delivered(uuidv7()),
      { secret: `whsec_${Buffer.alloc(32, 1).toString('base64')}` },
      401,
      'signature_invalid',
    ],
    ['no signature', delivered(uuidv7()), { headers: { 'webhook-signature': '' } }, 401, 'signature_invalid'],
    [
      'a signature that is none',
      delivered(uuidv7()),
      { headers: { 'webhook-signature': 'v1' } },
      401,
      'signature_invalid',
    ],
    [
      'another id than was signed',
      delivered(uuidv7()),
      { headers: { 'webhook-id': 'evt_other' } },
      401,
      'signature_invalid',
    ],
    [
      'a callback of an hour ago',
      delivered(uuidv7()),
      { time: new Date(Date.now() - 3_600_000) },
      401,
      'signature_invalid',
    ],
    ['a time that is none', delivered(uuidv7()), { headers: { 'webhook-timestamp': 'now' } }, 401, 'signature_invalid'],
    ['an unknown order', delivered(uuidv7()), {}, 404, 'order_not_found'],
    [
      'an unknown number',
      { type: 'parcel.delivered', data: { orderNumber: 'B-2026-999999', at } },
      {},
      404,
      'order_not_found',
    ],
    ['an unknown type', { type: 'parcel.lost', data: { orderId: uuidv7(), at } }, {}, 400, 'invalid_request'],
    ['neither id nor number', { type: 'parcel.delivered', data: { at } }, {}, 400, 'invalid_request'],
    [
      'both id and number',
      { type: 'parcel.delivered', data: { orderId: uuidv7(), orderNumber: 'B-1', at } },
      {},
      400,
      'invalid_request',
    ],
    ['a year that Postgres does not know', delivered(uuidv7(), '0000-01-01T00:00:00Z'), {}, 400, 'invalid_request'],
    ['no time', { type: 'parcel.delivered', data: { orderId: uuidv7() } }, {}, 400, 'invalid_request'],
    ['an id that is no UUID', { type: 'parcel.delivered', data: { orderId: '1', at } }, {}, 400, 'invalid_request'],
    ['JSON cut off', '{"type":', {}, 400, 'malformed_json'],
    ['a very long id', delivered(uuidv7()), { id: `evt_${'x'.repeat(300)}` }, 400, 'invalid_request'],
    ['another media type', 'x', { headers: { 'content-type': 'text/plain' } }, 415, 'unsupported_media_type'],
  ])('%s', async (_, body, sent, status, code) => {
    const before = await shop.rowCounts();
    expect(await send(body, sent)).toMatchObject({ status, body: { code } });
    expect(await shop.rowCounts()).toEqual(before);
  });

  test('an id that came before with another order', async () => {
    const [one, two] = [await orderIn('SHIPPED'), await orderIn('SHIPPED')];
    await send(delivered(one.id), { id: 'evt_reused' });
    expect(await send(delivered(two.id), { id: 'evt_reused' })).toMatchObject({
      status: 409,
      body: { code: 'webhook_id_reused' },
    });
    expect(await deliveries(two.id)).toHaveLength(0);
  });
});
