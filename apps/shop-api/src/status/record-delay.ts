import { OrderDelayed } from '@bezel/contracts';
import { isFinal, type OrderDelay } from '@bezel/order-workflow';
import { type Outbox, uuidv7 } from '@bezel/outbox';
import type { Kysely, Transaction } from 'kysely';
import type { ShopDatabase } from '../database/shop-database.ts';
import { lockOrder } from '../orders/facts/lock-order.ts';
import type { OrderRow } from '../orders/view/order-resource.ts';
import { OrderMoveImpossibleError } from './errors.ts';

/**
 * Records a delay: its row, the order's mark and OrderDelayed in one transaction. `(orderId, seq, kind)` is its identity;
 * the same delay a second time changes nothing and succeeds.
 *
 * The order's row is locked first, as for a move. So the mark is set on the stage that the delay is of or not at all, and
 * the event stands in its place among those of the moves. A delay of a stage that the order has left marks nothing; one of
 * an order that has ended tells nobody either, because there is nothing left to wait for.
 *
 * @returns false when it had been recorded before
 * @throws OrderMoveImpossibleError when there is no such order, or the move named did not lead to the status named
 */
export const recordDelay = (outbox: Outbox, db: Kysely<ShopDatabase>, delay: OrderDelay): Promise<boolean> =>
  db.transaction().execute((trx) => recordDelayWithin(outbox, trx, delay));

/** The same in the caller's transaction. */
export async function recordDelayWithin(
  outbox: Outbox,
  trx: Transaction<ShopDatabase>,
  delay: OrderDelay,
): Promise<boolean> {
  const { orderId, seq, kind, status, deadline, expectedAt } = delay;
  const order = await lockOrder(trx, (eb) => eb('id', '=', orderId));
  if (order === undefined) throw new OrderMoveImpossibleError(orderId, 'there is no such order');
  if ((await statusAfter(trx, delay)) !== status) {
    throw new OrderMoveImpossibleError(
      orderId,
      `its move ${seq} did not lead to ${status}, which is said to be ${kind}`,
    );
  }
  const messageId = uuidv7();
  const recorded = await trx
    .insertInto('order_delay')
    .values({ order_id: orderId, seq, kind, status, deadline, expected_at: expectedAt, message_id: messageId })
    .onConflict((conflict) => conflict.doNothing())
    .returning('at')
    .executeTakeFirst();
  if (recorded === undefined) return false;
  const marks = marksOf(order, delay);
  if (order.seq === seq && Object.keys(marks).length > 0) {
    await trx.updateTable('orders').set(marks).where('id', '=', orderId).execute();
  }
  await outbox.write(
    trx,
    OrderDelayed,
    {
      ...{ orderId, orderNumber: order.number, tenant: order.tenant, customerId: order.customer_id },
      ...{ seq, status, kind, deadline, promisedAt: order.promised_at?.toISOString() ?? null, expectedAt },
      ...{ tells: toldOf(order, delay), at: recorded.at.toISOString() },
    },
    { id: messageId },
  );
  return true;
}

const toldOf = (order: OrderRow, { tells }: OrderDelay) => (isFinal(order.status) ? [] : [...tells]);

/** Served by the primary key. */
const statusAfter = async (trx: Transaction<ShopDatabase>, { orderId, seq }: OrderDelay) =>
  (
    await trx
      .selectFrom('order_history')
      .select('to_status')
      .where('order_id', '=', orderId)
      .where('seq', '=', seq)
      .executeTakeFirst()
  )?.to_status;

/**
 * A stage that is late, and what is expected now. The SLA's end is set again: the process that moved the order may have been
 * one of the release before, which knows none.
 */
const marksOf = ({ promised_at }: OrderRow, { kind, deadline, expectedAt }: OrderDelay) => ({
  ...(kind === 'late' ? { late: true, stage_deadline: deadline } : {}),
  ...(expectedAt === null
    ? {}
    : { expected_at: expectedAt, predicted_late: promised_at !== null && promised_at < new Date(expectedAt) }),
});
