import { WORK_ORDER_SHIPPED } from '@bezel/order-workflow';
import { openDatabase } from '@bezel/service';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import type { MesDatabase } from '../database/mes-database.ts';
import { createMesDatabase, type MesTestDatabase } from '../testing/mes-database.ts';
import { anOrder } from '../testing/orders.ts';
import { mesActivities, ORDER_WITHDRAWN } from './activities.ts';

// Real servers answer late on a busy machine; what is waited for has deadlines of its own.
jest.setTimeout(120_000);

let database: MesTestDatabase;
beforeAll(async () => {
  database = await createMesDatabase();
});
afterAll(async () => database[Symbol.asyncDispose]());

describe('what the workflow hears', () => {
  test('a work order opened and withdrawn, again and again, is success', async () => {
    const { openWorkOrder, withdrawWorkOrder } = mesActivities(database.outbox, database.kysely);
    const order = anOrder();
    const withdrawal = { orderId: order.orderId, reason: 'customer' };
    expect(await openWorkOrder(order)).toEqual(await openWorkOrder(order));
    expect([await withdrawWorkOrder(withdrawal), await withdrawWorkOrder(withdrawal)]).toEqual([undefined, undefined]);
    expect(await withdrawWorkOrder({ ...withdrawal, orderId: anOrder().orderId })).toBeUndefined();
  });

  test('a shipped work order fails for good', async () => {
    const { openWorkOrder, withdrawWorkOrder } = mesActivities(database.outbox, database.kysely);
    const order = anOrder();
    const { workOrderId } = await openWorkOrder(order);
    await database.pool.query(`UPDATE work_order SET status = 'SHIPPED', claimed_by = 'ada' WHERE id = $1`, [
      workOrderId,
    ]);
    const failure = await withdrawWorkOrder({ orderId: order.orderId, reason: 'customer' }).catch((error) => error);
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type: WORK_ORDER_SHIPPED, nonRetryable: true });
    expect(failure.message).toContain(workOrderId);
  });

  test('an opening after the withdrawal fails for good', async () => {
    const { openWorkOrder, withdrawWorkOrder } = mesActivities(database.outbox, database.kysely);
    const order = anOrder();
    await withdrawWorkOrder({ orderId: order.orderId, reason: 'customer' });
    await expect(openWorkOrder(order)).rejects.toMatchObject({ type: ORDER_WITHDRAWN, nonRetryable: true });
  });

  test('a database that is away is a fault, to be tried again', async () => {
    const away = openDatabase<MesDatabase>({ url: 'postgres://nobody@127.0.0.1:1/nothing', name: 'mes-test' });
    const failure = await mesActivities(database.outbox, away.kysely)
      .openWorkOrder(anOrder())
      .catch((error) => error);
    expect(failure).toMatchObject({ code: 'ECONNREFUSED' });
    expect(failure).not.toBeInstanceOf(ApplicationFailure);
    await away.end();
  });
});
