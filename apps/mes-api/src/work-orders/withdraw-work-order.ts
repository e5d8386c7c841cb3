import { type WorkOrderStatus, WorkOrderWithdrawn } from '@bezel/contracts';
import type { MesActivities } from '@bezel/order-workflow';
import type { Outbox } from '@bezel/outbox';
import { failpoint } from '@bezel/service';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { MesDatabase } from '../database/mes-database.ts';
import { MES_FAILPOINTS } from '../failpoints.ts';
import { releaseMaterial } from '../material/stock.ts';
import { lockOrder, ORDER_WORKFLOW } from './open-work-order.ts';

/** The parcel has left the house: the work order cannot be withdrawn, and the order cannot be cancelled. */
export class WorkOrderShippedError extends Error {
  override readonly name = 'WorkOrderShippedError';
}

type WithdrawWorkOrder = Parameters<MesActivities['withdrawWorkOrder']>[0];

/** What became of it. */
export type Withdrawal = 'withdrawn' | 'nothing to withdraw';

/**
 * Withdraws an order's work order, releases its metal and writes WorkOrderWithdrawn, in one transaction. Without a work
 * order it sees to it that none is opened later. Again: no effect.
 *
 * Against an operator who ships at the same moment there are two outcomes and no third: the row lock lets one of them
 * first, and the other finds the work order WITHDRAWN (409) or SHIPPED (the error below).
 *
 * @returns what was done
 * @throws WorkOrderShippedError when the work order is shipped
 */
export const withdrawWorkOrder = (
  outbox: Outbox,
  db: Kysely<MesDatabase>,
  input: WithdrawWorkOrder,
): Promise<Withdrawal> => db.transaction().execute((trx) => withdrawWithin(outbox, trx, input));

/** The same in the caller's transaction. */
export async function withdrawWithin(
  outbox: Outbox,
  trx: Transaction<MesDatabase>,
  { orderId, reason }: WithdrawWorkOrder,
): Promise<Withdrawal> {
  await lockOrder(trx, orderId);
  const withdrawn = (await withdraw(orderId).execute(trx)).rows[0];
  if (withdrawn === undefined) {
    const there = await trx
      .selectFrom('work_order')
      .select(['id', 'status'])
      .where('order_id', '=', orderId)
      .executeTakeFirst();
    if (there?.status === 'SHIPPED') {
      throw new WorkOrderShippedError(`work order ${there.id} of order ${orderId} is shipped: it cannot be withdrawn`);
    }
    await markWithdrawn(trx, orderId, reason);
    return 'nothing to withdraw';
  }
  await markWithdrawn(trx, orderId, reason);
  await outbox.write(trx, WorkOrderWithdrawn, {
    orderId,
    workOrderId: withdrawn.id,
    by: ORDER_WORKFLOW,
    at: withdrawn.updated_at.toISOString(),
  });
  await releaseMaterial(trx, orderId, withdrawn.metal);
  await failpoint(MES_FAILPOINTS.workOrderWithdrawing, { type: 'withdrawWorkOrder', data: { orderId, reason } });
  return 'withdrawn';
}

const GONE: readonly WorkOrderStatus[] = ['SHIPPED', 'WITHDRAWN'];

/** Guarded like an operator's step, see `takeStep`. Served by the unique index on order_id. */
const withdraw = (orderId: string) =>
  sql<WithdrawnRow>`
    UPDATE work_order SET status = 'WITHDRAWN', updated_at = now()
    WHERE order_id = ${orderId} AND status <> ALL (${[...GONE]}::text[])
    RETURNING id, metal, updated_at`;

interface WithdrawnRow {
  readonly id: string;
  readonly metal: MesDatabase['work_order']['metal'];
  readonly updated_at: Date;
}

const markWithdrawn = (trx: Transaction<MesDatabase>, orderId: string, reason: string) =>
  trx
    .insertInto('withdrawn_order')
    .values({ order_id: orderId, reason })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
