import { WorkOrderOpened, WorkOrderWithdrawn } from '@bezel/contracts';
import { writtenIn } from '@bezel/outbox/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Transaction } from 'kysely';
import type { MesDatabase } from '../database/mes-database.ts';
import { createMesDatabase, type MesTestDatabase } from '../testing/mes-database.ts';
import { anOrder } from '../testing/orders.ts';
import { ORDER_WORKFLOW, openWithin } from './open-work-order.ts';
import { STEP_NAMES, STEPS, type StepName } from './steps.ts';
import { takeStep } from './take-step.ts';
import { withdrawWithin } from './withdraw-work-order.ts';

// Real servers answer late on a busy machine.
jest.setTimeout(120_000);

let database: MesTestDatabase;
beforeAll(async () => {
  database = await createMesDatabase();
});
afterAll(async () => database[Symbol.asyncDispose]());

const operator = { sub: 'ada', roles: ['operator'], tenant: 'house' };

/** Does some work in a transaction that is rolled back in the end. */
async function within(work: (trx: Transaction<MesDatabase>) => Promise<void>): Promise<void> {
  const trx = await database.kysely.startTransaction().execute();
  try {
    await work(trx);
  } finally {
    await trx.rollback().execute();
  }
}

const updatedAt = async (trx: Transaction<MesDatabase>, id: string): Promise<string> =>
  (
    await trx.selectFrom('work_order').select('updated_at').where('id', '=', id).executeTakeFirstOrThrow()
  ).updated_at.toISOString();

async function takeSteps(trx: Transaction<MesDatabase>, id: string, steps: readonly StepName[]): Promise<void> {
  for (const step of steps) await takeStep(database.outbox, trx, step, id, operator);
}

describe('what is written with a work order', () => {
  test('that is opened: WorkOrderOpened under the order, once', () =>
    within(async (trx) => {
      const order = anOrder();
      const { workOrderId } = await openWithin(database.outbox, trx, order);
      await openWithin(database.outbox, trx, order);
      const at = await updatedAt(trx, workOrderId);
      expect(await writtenIn(trx)).toHaveLength(1);
      expect(await writtenIn(trx, WorkOrderOpened)).toMatchObject([
        {
          key: order.orderId,
          source: '/bezel/mes',
          data: { orderId: order.orderId, workOrderId, by: ORDER_WORKFLOW, at },
        },
      ]);
    }));

  test('that is withdrawn: WorkOrderWithdrawn after what was written before, once', () =>
    within(async (trx) => {
      const order = anOrder();
      const { workOrderId } = await openWithin(database.outbox, trx, order);
      expect(await withdrawWithin(database.outbox, trx, { orderId: order.orderId, reason: 'customer' })).toBe(
        'withdrawn',
      );
      await withdrawWithin(database.outbox, trx, { orderId: order.orderId, reason: 'customer' });
      expect((await writtenIn(trx)).map(({ type }) => type)).toEqual([WorkOrderOpened.type, WorkOrderWithdrawn.type]);
      expect(await writtenIn(trx, WorkOrderWithdrawn)).toMatchObject([
        { key: order.orderId, data: { orderId: order.orderId, workOrderId, by: ORDER_WORKFLOW } },
      ]);
    }));

  test('that never was, when its order is withdrawn: nothing', () =>
    within(async (trx) => {
      const { orderId } = anOrder();
      expect(await withdrawWithin(database.outbox, trx, { orderId, reason: 'customer' })).toBe('nothing to withdraw');
      expect(await writtenIn(trx)).toEqual([]);
    }));

  test.each(STEP_NAMES)('at the step %s: its event alone, with who took it and when', (step) =>
    within(async (trx) => {
      const { orderId } = anOrder();
      const { workOrderId } = await openWithin(database.outbox, trx, anOrder({ orderId }));
      await takeSteps(trx, workOrderId, STEP_NAMES.slice(0, STEP_NAMES.indexOf(step)));
      const before = await writtenIn(trx);
      await takeStep(database.outbox, trx, step, workOrderId, operator);
      expect((await writtenIn(trx)).slice(before.length)).toMatchObject([
        {
          type: STEPS[step].event.type,
          key: orderId,
          data: { orderId, workOrderId, by: 'ada', at: await updatedAt(trx, workOrderId) },
        },
      ]);
    }),
  );

  test('at a step that is refused: nothing', () =>
    within(async (trx) => {
      const { workOrderId } = await openWithin(database.outbox, trx, anOrder());
      await expect(takeStep(database.outbox, trx, 'ship', workOrderId, operator)).rejects.toMatchObject({
        code: 'illegal_action',
      });
      expect((await writtenIn(trx)).map(({ type }) => type)).toEqual([WorkOrderOpened.type]);
    }));
});
