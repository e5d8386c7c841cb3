import type { OrderResource } from '@bezel/contracts';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { ADA, ANN, type Person, PIA, type Shop, startShop } from '../../testing/shop.ts';

/** Another partner's staff, one of them with the very name of whoever placed the order. */
const SIL: Person = { ...PIA, sub: 'sil', tenant: 'silversmith' };
const NAMESAKE: Person = { ...PIA, tenant: 'silversmith' };

let shop: Shop;
let order: OrderResource;
let before: Record<string, number>;
beforeAll(async () => {
  shop = await startShop();
  order = await shop.submitted({ as: PIA, door: 'partners' });
  await shop.moveTo(order.id, 'PRICED');
  const key = { 'idempotency-key': 'of-pia' };
  await shop.post(`/v1/orders/${order.id}/accept`, {}, { as: PIA, door: 'partners', headers: key });
  before = await shop.rowCounts();
});
afterAll(() => shop?.[Symbol.asyncDispose]());

const ACTIONS = [
  ['accept', {}],
  ['cancel', { reason: 'not ours' }],
] as const;

describe("a partner's order is not there for another partner, and nothing is recorded", () => {
  describe.each([
    ['another partner', SIL],
    ["another partner's namesake", NAMESAKE],
  ])('%s', (_, as) => {
    test.each(['', '/history'])('reads %j', async (path) => {
      const answer = await shop.ask(`/v1/orders/${order.id}${path}`, { as, door: 'partners' });
      expect(answer).toMatchObject({ status: 404, body: { code: 'order_not_found' } });
    });

    test.each(ACTIONS)('%ss, also with the key of an answer that is kept', async (action, body) => {
      for (const headers of [{}, { 'idempotency-key': 'of-pia' }]) {
        const answer = await shop.post(`/v1/orders/${order.id}/${action}`, body, { as, door: 'partners', headers });
        expect(answer).toMatchObject({ status: 404, body: { code: 'order_not_found' } });
      }
      expect(await shop.rowCounts()).toEqual(before);
    });
  });

  test.each<[string, Person, 'customers' | 'partners', number]>([
    ['a partner at the customers’ door', SIL, 'customers', 403],
    ['a customer at the partners’ door', ANN, 'partners', 403],
    ['a customer of the shop', ANN, 'customers', 404],
    ['an administrator at the partners’ door', ADA, 'partners', 403],
  ])('%s', async (_, as, door, status) => {
    for (const [action, body] of ACTIONS) {
      expect((await shop.post(`/v1/orders/${order.id}/${action}`, body, { as, door })).status).toBe(status);
    }
    expect(await shop.rowCounts()).toEqual(before);
  });

  test('a partner who plays the courier with a secret of its own', async () => {
    const body = JSON.stringify({
      type: 'parcel.delivered',
      data: { orderId: order.id, at: '2026-11-21T12:00:00.000Z' },
    });
    const [id, sent] = [`evt_${uuidv7()}`, new Date()];
    const own = new Webhook(`whsec_${Buffer.alloc(32, 1).toString('base64')}`);
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(sent.getTime() / 1_000)),
      'webhook-signature': own.sign(id, sent, body),
    };
    const answer = await shop.ask('/v1/courier-events', { as: SIL, method: 'POST', body, headers });
    expect(answer).toMatchObject({ status: 401, body: { code: 'signature_invalid' } });
    expect(await shop.rowCounts()).toEqual(before);
  });
});
