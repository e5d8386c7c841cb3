import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createMesDatabase, type MesTestDatabase } from '../testing/mes-database.ts';
import { anOrder, toldAbout } from '../testing/orders.ts';
import { OrderWithdrawnError, openWorkOrder } from './open-work-order.ts';
import { takeStep } from './take-step.ts';
import { WorkOrderShippedError, withdrawWorkOrder } from './withdraw-work-order.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(120_000);

let database: MesTestDatabase;
beforeAll(async () => {
  database = await createMesDatabase();
});
afterAll(async () => database[Symbol.asyncDispose]());

const statusOf = async (orderId: string) =>
  (await database.kysely.selectFrom('work_order').select('status').where('order_id', '=', orderId).executeTakeFirst())
    ?.status;
const reservationOf = (orderId: string) =>
  database.kysely
    .selectFrom('material_reservation')
    .select(['metal', 'mass_mg', 'state'])
    .where('order_id', '=', orderId)
    .execute();
const operator = { sub: 'ada', roles: ['operator'], tenant: 'house' };
const ship = async (workOrderId: string) => {
  for (const step of ['claim', 'start', 'complete', 'pack', 'ship'] as const) {
    await database.kysely.transaction().execute((trx) => takeStep(database.outbox, trx, step, workOrderId, operator));
  }
};

describe('opening', () => {
  test('makes the work order, its reservation and its event', async () => {
    const order = anOrder();
    const { workOrderId } = await openWorkOrder(database.outbox, database.kysely, order);
    expect(await statusOf(order.orderId)).toBe('OPEN');
    expect(await reservationOf(order.orderId)).toEqual([{ metal: 'gold-750', mass_mg: '7750', state: 'RESERVED' }]);
    expect(await toldAbout(database, order.orderId)).toEqual(['opened']);
    expect(await openWorkOrder(database.outbox, database.kysely, order)).toEqual({ workOrderId });
    expect(await toldAbout(database, order.orderId)).toEqual(['opened']);
  });

  test('twenty at once are one work order, one reservation, one event', async () => {
    const order = anOrder();
    const opened = await Promise.all(
      Array.from({ length: 20 }, () => openWorkOrder(database.outbox, database.kysely, order)),
    );
    expect(new Set(opened.map(({ workOrderId }) => workOrderId)).size).toBe(1);
    expect(await reservationOf(order.orderId)).toHaveLength(1);
    expect(await toldAbout(database, order.orderId)).toEqual(['opened']);
  });

  test('what fails in the middle leaves nothing', async () => {
    const order = anOrder({ massMg: -1 });
    await expect(openWorkOrder(database.outbox, database.kysely, order)).rejects.toThrow(/mass_mg/);
    expect(await statusOf(order.orderId)).toBeUndefined();
    expect(await toldAbout(database, order.orderId)).toEqual([]);
  });
});

describe('withdrawing', () => {
  test('ends the work order, releases its metal and tells it, once', async () => {
    const order = anOrder();
    await openWorkOrder(database.outbox, database.kysely, order);
    const withdraw = () =>
      withdrawWorkOrder(database.outbox, database.kysely, { orderId: order.orderId, reason: 'customer' });
    const outcomes = await Promise.all(Array.from({ length: 10 }, withdraw));
    expect(outcomes.filter((outcome) => outcome === 'withdrawn')).toHaveLength(1);
    expect(await statusOf(order.orderId)).toBe('WITHDRAWN');
    expect(await reservationOf(order.orderId)).toEqual([{ metal: 'gold-750', mass_mg: '7750', state: 'RELEASED' }]);
    expect(await toldAbout(database, order.orderId)).toEqual(['opened', 'withdrawn']);
  });

  test('an order without a work order never gets one afterwards', async () => {
    const order = anOrder();
    expect(
      await withdrawWorkOrder(database.outbox, database.kysely, { orderId: order.orderId, reason: 'customer' }),
    ).toBe('nothing to withdraw');
    await expect(openWorkOrder(database.outbox, database.kysely, order)).rejects.toThrow(OrderWithdrawnError);
    expect(await statusOf(order.orderId)).toBeUndefined();
  });

  test('against an opening at the same moment: opened and withdrawn, or never opened', async () => {
    const orders = Array.from({ length: 20 }, () => anOrder());
    for (const order of orders) {
      const [opening] = await Promise.allSettled([
        openWorkOrder(database.outbox, database.kysely, order),
        withdrawWorkOrder(database.outbox, database.kysely, { orderId: order.orderId, reason: 'customer' }),
      ]);
      const told = await toldAbout(database, order.orderId);
      expect([await statusOf(order.orderId), told]).toEqual(
        opening.status === 'fulfilled' ? ['WITHDRAWN', ['opened', 'withdrawn']] : [undefined, []],
      );
    }
  });

  test('what is shipped is not withdrawn, and says so', async () => {
    const order = anOrder();
    const { workOrderId } = await openWorkOrder(database.outbox, database.kysely, order);
    await ship(workOrderId);
    const withdrawal = withdrawWorkOrder(database.outbox, database.kysely, {
      orderId: order.orderId,
      reason: 'customer',
    });
    await expect(withdrawal).rejects.toThrow(WorkOrderShippedError);
    expect(await reservationOf(order.orderId)).toMatchObject([{ state: 'CONSUMED' }]);
  });

  test('against a shipment at the same moment: one of them, and the other is told', async () => {
    for (let round = 0; round < 20; round++) {
      const order = anOrder();
      const { workOrderId } = await openWorkOrder(database.outbox, database.kysely, order);
      for (const step of ['claim', 'start', 'complete', 'pack'] as const) {
        await database.kysely
          .transaction()
          .execute((trx) => takeStep(database.outbox, trx, step, workOrderId, operator));
      }
      const [shipment, withdrawal] = await Promise.allSettled([
        database.kysely.transaction().execute((trx) => takeStep(database.outbox, trx, 'ship', workOrderId, operator)),
        withdrawWorkOrder(database.outbox, database.kysely, { orderId: order.orderId, reason: 'customer' }),
      ]);
      const shipped = shipment.status === 'fulfilled';
      expect(withdrawal.status).toBe(shipped ? 'rejected' : 'fulfilled');
      expect(await statusOf(order.orderId)).toBe(shipped ? 'SHIPPED' : 'WITHDRAWN');
      expect((await toldAbout(database, order.orderId)).at(-1)).toBe(shipped ? 'shipped' : 'withdrawn');
      expect(await reservationOf(order.orderId)).toMatchObject([{ state: shipped ? 'CONSUMED' : 'RELEASED' }]);
    }
  });
});
