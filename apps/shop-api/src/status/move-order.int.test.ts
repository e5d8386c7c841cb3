import { OFFER_ACCEPTED, OFFER_EXPIRED, type OrderMove } from '@bezel/order-workflow';
import { uuidv7 } from '@bezel/outbox';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { offerOf, type Shop, startShop, wayTo } from '../testing/shop.ts';
import { shopActivities } from './shop-activities.ts';

let shop: Shop;
let activities: ReturnType<typeof shopActivities>;
beforeAll(async () => {
  shop = await startShop();
  activities = shopActivities(shop.outbox, shop.database.kysely);
});
afterAll(() => shop[Symbol.asyncDispose]());

/** What an activity ends with: 'done', or the type of the failure that is not to be retried. */
const outcome = (work: Promise<void>) =>
  work.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof ApplicationFailure && error.nonRetryable) return error.type;
      throw error;
    },
  );

const changes = async (orderId: string) =>
  (await shop.messages(orderId)).filter(({ type }) => type === 'shop.order-status-changed').map(({ data }) => data);

test('a move changes status, history and outbox in one transaction', async () => {
  const order = await shop.submitted();
  const causedBy = uuidv7();
  await activities.moveOrder({ orderId: order.id, seq: 1, from: 'SUBMITTED', to: 'PRICING', causedBy });
  const { rows } = await shop.database.pool.query(
    `SELECT status, o.seq, to_status, caused_by, o.xmin::text = h.xmin::text AND h.xmin::text = m.xmin::text AS together,
            updated_at = h.at AS same_time
     FROM orders AS o JOIN order_history AS h ON h.order_id = o.id AND h.seq = 1
     JOIN outbox.message AS m ON m.key = o.id::text AND m.type = 'shop.order-status-changed'
     WHERE o.id = $1`,
    [order.id],
  );
  expect(rows).toEqual([
    { status: 'PRICING', seq: 1, to_status: 'PRICING', caused_by: causedBy, together: true, same_time: true },
  ]);
  expect(await changes(order.id)).toMatchObject([
    { orderNumber: order.number, customerId: 'ann', tenant: 'public', seq: 1, from: 'SUBMITTED', to: 'PRICING' },
  ]);
});

test('the whole way, each move twice and at the same time, is made once', async () => {
  const order = await shop.submitted();
  const way = wayTo(order.id, 'DELIVERED');
  for (const move of way) {
    await Promise.all([activities.moveOrder(move), activities.moveOrder(move), activities.moveOrder(move)]);
  }
  await activities.moveOrder(way[2] as OrderMove);
  expect((await changes(order.id)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const { rows } = await shop.database.pool.query('SELECT status, seq FROM orders WHERE id = $1', [order.id]);
  expect(rows).toEqual([{ status: 'DELIVERED', seq: 8 }]);
});

describe('a move that does not fit fails for good and changes nothing', () => {
  const impossible = 'OrderMoveImpossibleError';
  test.each<[string, (orderId: string) => OrderMove]>([
    ['of an unknown order', () => ({ orderId: uuidv7(), seq: 1, from: 'SUBMITTED', to: 'PRICING' })],
    ['over a hole', (orderId) => ({ orderId, seq: 4, from: 'PRICED', to: 'APPROVED' })],
    ['from where the order is not', (orderId) => ({ orderId, seq: 3, from: 'PRICING', to: 'REJECTED' })],
    ['made before to another status', (orderId) => ({ orderId, seq: 1, from: 'SUBMITTED', to: 'CANCELLED' })],
    [
      'made before for another reason',
      (orderId) => ({ orderId, seq: 1, from: 'SUBMITTED', to: 'PRICING', reason: 'x' }),
    ],
    [
      'made before by another message',
      (orderId) => ({ orderId, seq: 1, from: 'SUBMITTED', to: 'PRICING', causedBy: uuidv7() }),
    ],
    [
      'made before with another offer',
      (orderId) => ({ orderId, seq: 2, from: 'PRICING', to: 'PRICED', offer: offerOf() }),
    ],
  ])('%s', async (_, moveOf) => {
    const order = await shop.submitted();
    await shop.moveTo(order.id, 'PRICED');
    const before = await shop.rowCounts();
    expect(await outcome(activities.moveOrder(moveOf(order.id)))).toBe(impossible);
    expect(await shop.rowCounts()).toEqual(before);
  });
});

describe('an offer that ends', () => {
  const ends = (orderId: string): OrderMove => ({
    orderId,
    seq: 3,
    from: 'PRICED',
    to: 'CANCELLED',
    reason: OFFER_EXPIRED,
  });

  test('cancels an order nobody accepted', async () => {
    const order = await shop.submitted();
    await shop.moveTo(order.id, 'PRICED');
    expect(await outcome(activities.moveOrder(ends(order.id)))).toBe('done');
  });

  test('does not, once its acceptance is recorded', async () => {
    const order = await shop.submitted();
    await shop.moveTo(order.id, 'PRICED');
    await shop.post(`/v1/orders/${order.id}/accept`, {});
    expect(await outcome(activities.moveOrder(ends(order.id)))).toBe(OFFER_ACCEPTED);
    expect(
      (
        await shop.ask<{ status: string }>(`/v1/orders/${order.id}`, {
          as: { sub: 'ann', roles: ['customer'], tenant: 'public' },
        })
      ).body.status,
    ).toBe('PRICED');
  });

  test('and an acceptance at the same time: one of them wins, never both', async () => {
    for (let round = 0; round < 12; round++) {
      const order = await shop.submitted();
      await shop.moveTo(order.id, 'PRICED');
      const [ended, accepted] = await Promise.all([
        outcome(activities.moveOrder(ends(order.id))),
        shop.post(`/v1/orders/${order.id}/accept`, {}),
      ]);
      expect([`${ended} ${accepted.status}`]).toEqual([ended === 'done' ? 'done 409' : `${OFFER_ACCEPTED} 202`]);
    }
  });
});

test('a refused fact is recorded once, in its place', async () => {
  const order = await shop.submitted();
  const refusal = {
    orderId: order.id,
    messageId: uuidv7(),
    kind: 'shipped',
    status: 'SUBMITTED',
    reason: 'too-late',
    at: '2026-11-21T10:00:00.000Z',
  } as const;
  await activities.recordRefusedFact(refusal);
  await activities.recordRefusedFact(refusal);
  const { rows } = await shop.database.pool.query(
    'SELECT state FROM ledger.shop_history WHERE order_id = $1 ORDER BY at',
    [order.id],
  );
  expect(rows).toEqual([{ state: '0 SUBMITTED' }, { state: 'refused shipped' }]);
  expect(await outcome(activities.recordRefusedFact({ ...refusal, orderId: uuidv7() }))).toBe(
    'OrderMoveImpossibleError',
  );
});

test('the database away is retried, not final', async () => {
  const away = await startShop();
  const gone = shopActivities(away.outbox, away.database.kysely);
  await away[Symbol.asyncDispose]();
  await expect(
    outcome(gone.moveOrder({ orderId: uuidv7(), seq: 1, from: 'SUBMITTED', to: 'PRICING' })),
  ).rejects.toThrow();
});
