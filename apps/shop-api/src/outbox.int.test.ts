import { once } from 'node:events';
import {
  CancellationRequested,
  DeliveryConfirmed,
  OrderDelayed,
  type OrderResource,
  type OrderStatus,
  OrderStatusChanged,
  OrderSubmitted,
  PriceAccepted,
} from '@bezel/contracts';
import type { OrderDelay } from '@bezel/order-workflow';
import { uuidv7 } from '@bezel/outbox';
import { writtenIn } from '@bezel/outbox/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql, type Transaction } from 'kysely';
import { recordDelivery } from './courier/record-delivery.ts';
import type { ShopDatabase } from './database/shop-database.ts';
import { acceptOrder } from './orders/facts/accept-order.ts';
import { cancelOrder } from './orders/facts/cancel-order.ts';
import { lockOrder } from './orders/facts/lock-order.ts';
import { insertOrder, type NewOrder } from './orders/submit/insert-order.ts';
import type { OrderRow } from './orders/view/order-resource.ts';
import { moveWithin } from './status/move-order.ts';
import { recordDelayWithin } from './status/record-delay.ts';
import { type Shop, startShop, wayTo } from './testing/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

async function orderIn(status: OrderStatus): Promise<OrderResource> {
  const order = await shop.submitted();
  await shop.moveTo(order.id, status);
  return order;
}

/** Does some work in a transaction that is rolled back in the end. */
async function within(work: (trx: Transaction<ShopDatabase>) => Promise<void>): Promise<void> {
  const trx = await shop.database.kysely.startTransaction().execute();
  try {
    await work(trx);
  } finally {
    await trx.rollback().execute();
  }
}

/** The same with an order, its row locked. */
const withOrder = async (
  status: OrderStatus,
  work: (trx: Transaction<ShopDatabase>, row: OrderRow) => Promise<void>,
) => {
  const { id } = await orderIn(status);
  await within(async (trx) => work(trx, (await lockOrder(trx, (eb) => eb('id', '=', id))) as OrderRow));
};

/** The fact that was recorded last: its event has the same id. */
const fact = (trx: Transaction<ShopDatabase>, orderId: string) =>
  trx
    .selectFrom('order_fact')
    .select(['message_id as id', 'at'])
    .where('order_id', '=', orderId)
    .orderBy('at', 'desc')
    .executeTakeFirstOrThrow();

describe('the shop writes', () => {
  test('OrderSubmitted with an order, with what was ordered', async () => {
    const { model } = await shop.submitted();
    await within(async (trx) => {
      const order: NewOrder = {
        ...{ tenant: 'public', customerId: 'ann', channel: 'partner', model },
        ...{ metal: 'gold-750', finish: 'hammered', stones: 2 },
      };
      const row = await insertOrder(shop.outbox, trx, order);
      expect(await writtenIn(trx)).toHaveLength(1);
      expect(await writtenIn(trx, OrderSubmitted)).toMatchObject([
        {
          key: row.id,
          source: '/bezel/shop',
          data: { ...order, orderId: row.id, orderNumber: row.number, submittedAt: row.submitted_at.toISOString() },
        },
      ]);
    });
  });

  test('OrderStatusChanged with each move, in their order, and nothing with a move that was made before', async () => {
    const { id, number } = await shop.submitted();
    await within(async (trx) => {
      const way = wayTo(id, 'DELIVERED');
      for (const move of way) {
        await moveWithin(shop.outbox, trx, move);
        await moveWithin(shop.outbox, trx, move);
      }
      const written = await writtenIn(trx);
      expect(written.map(({ type, key }) => [type, key])).toEqual(way.map(() => [OrderStatusChanged.type, id]));
      expect((await writtenIn(trx, OrderStatusChanged)).map(({ data }) => data)).toEqual(
        way.map(({ seq, from, to, offer }) => ({
          ...{ orderId: id, orderNumber: number, tenant: 'public', customerId: 'ann' },
          ...{ seq, from, to, at: expect.any(String) },
          ...(offer === undefined ? {} : { offer }),
        })),
      );
    });
  });

  test('OrderDelayed with a delay, under its id, in its place among the moves, once', () =>
    withOrder('APPROVED', async (trx, row) => {
      const at = '2026-11-23T10:00:00.000Z';
      const delay: OrderDelay = {
        ...{ orderId: row.id, seq: 3, status: 'APPROVED', kind: 'late', deadline: at, expectedAt: at },
        tells: ['operators', 'customer'],
      };
      await recordDelayWithin(shop.outbox, trx, delay);
      await recordDelayWithin(shop.outbox, trx, delay);
      await moveWithin(shop.outbox, trx, { orderId: row.id, seq: 4, from: 'APPROVED', to: 'IN_MANUFACTURING' });
      const { rows } = await sql`SELECT message_id AS id FROM order_delay WHERE order_id = ${row.id}`.execute(trx);
      const data = { ...delay, orderNumber: row.number, tenant: 'public', customerId: 'ann', promisedAt: null };
      expect(await writtenIn(trx)).toMatchObject([
        { ...(rows[0] as { id: string }), type: OrderDelayed.type, key: row.id, data },
        { type: OrderStatusChanged.type },
      ]);
    }));

  test('PriceAccepted with an acceptance, under its id, once', () =>
    withOrder('PRICED', async (trx, row) => {
      await acceptOrder(shop.outbox, trx, row, { by: 'ann' });
      await acceptOrder(shop.outbox, trx, row, { by: 'ann' });
      const { id, at } = await fact(trx, row.id);
      const data = { orderId: row.id, offerId: row.offer?.offerId, acceptedBy: 'ann', at: at.toISOString() };
      expect(await writtenIn(trx)).toMatchObject([{ id, type: PriceAccepted.type, key: row.id, data }]);
    }));

  test('CancellationRequested with a cancellation, under its id, once', () =>
    withOrder('APPROVED', async (trx, row) => {
      await cancelOrder(shop.outbox, trx, row, { reason: 'late', by: 'ann' });
      await cancelOrder(shop.outbox, trx, row, { reason: 'very late', by: 'ann' });
      const { id, at } = await fact(trx, row.id);
      const data = { orderId: row.id, requestedBy: 'ann', reason: 'late', at: at.toISOString() };
      expect(await writtenIn(trx)).toMatchObject([{ id, type: CancellationRequested.type, key: row.id, data }]);
    }));

  test('DeliveryConfirmed with a delivery, under its id, once', () =>
    withOrder('SHIPPED', async (trx, row) => {
      const webhookId = `evt_${uuidv7()}`;
      const delivered = {
        type: 'parcel.delivered',
        data: { orderId: row.id, at: '2026-11-21T12:00:00.000Z' },
      } as const;
      await recordDelivery(shop.outbox, trx, webhookId, delivered);
      await recordDelivery(shop.outbox, trx, webhookId, delivered);
      await recordDelivery(shop.outbox, trx, `evt_${uuidv7()}`, delivered);
      const { id, at } = await fact(trx, row.id);
      const data = { orderId: row.id, courierEventId: webhookId, at: at.toISOString() };
      expect(await writtenIn(trx)).toMatchObject([{ id, type: DeliveryConfirmed.type, key: row.id, data }]);
    }));

  test.each([
    ['an acceptance', acceptOrder],
    ['a cancellation', (outbox, trx, row) => cancelOrder(outbox, trx, row, { reason: 'late', by: 'ann' })],
  ] as [string, typeof acceptOrder][])('nothing with %s that is refused', (_, record) =>
    withOrder('DELIVERED', async (trx, row) => {
      await expect(record(shop.outbox, trx, row, { by: 'ann' })).rejects.toMatchObject({ status: 409 });
      expect(await writtenIn(trx)).toEqual([]);
    }),
  );
});

test('what a door committed does not wait for the next look of an idle relay', async () => {
  const listener = await shop.database.pool.connect();
  try {
    await listener.query('LISTEN outbox_nudge');
    const heard = once(listener, 'notification');
    const { id } = await shop.submitted();
    await heard;
    const { rows } = await listener.query('SELECT 1 FROM outbox.message WHERE key = $1', [id]);
    expect(rows).toHaveLength(1);
  } finally {
    listener.release(true);
  }
});
