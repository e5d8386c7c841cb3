import { WorkOrderOpened } from '@bezel/contracts';
import type { MesActivities } from '@bezel/order-workflow';
import { type Outbox, uuidv7 } from '@bezel/outbox';
import { failpoint } from '@bezel/service';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { MesDatabase } from '../database/mes-database.ts';
import { MES_FAILPOINTS } from '../failpoints.ts';
import { reserveMaterial } from '../material/stock.ts';

/** Who opens and withdraws work orders, as their events tell it. */
export const ORDER_WORKFLOW = 'order-workflow';

/** The order was withdrawn before its work order was opened; opening it now would make what nobody wants. */
export class OrderWithdrawnError extends Error {
  override readonly name = 'OrderWithdrawnError';
}

type OpenWorkOrder = Parameters<MesActivities['openWorkOrder']>[0];

/**
 * Opens an order's work order, reserves its metal and writes WorkOrderOpened, in one transaction. Again, or from
 * several places at once: the same work order, one reservation, one event.
 *
 * @throws OrderWithdrawnError when the order was withdrawn before
 */
export const openWorkOrder = (
  outbox: Outbox,
  db: Kysely<MesDatabase>,
  input: OpenWorkOrder,
): Promise<{ workOrderId: string }> => db.transaction().execute((trx) => openWithin(outbox, trx, input));

/** The same in the caller's transaction. */
export async function openWithin(
  outbox: Outbox,
  trx: Transaction<MesDatabase>,
  input: OpenWorkOrder,
): Promise<{ workOrderId: string }> {
  await lockOrder(trx, input.orderId);
  const there = await trx
    .selectFrom('work_order')
    .select('id')
    .where('order_id', '=', input.orderId)
    .executeTakeFirst();
  if (there !== undefined) {
    return { workOrderId: there.id };
  }
  const withdrawn = await trx
    .selectFrom('withdrawn_order')
    .select('reason')
    .where('order_id', '=', input.orderId)
    .executeTakeFirst();
  if (withdrawn !== undefined) {
    throw new OrderWithdrawnError(
      `order ${input.orderId} was withdrawn (${withdrawn.reason}): no work order is opened`,
    );
  }
  const { id, opened_at } = await trx
    .insertInto('work_order')
    .values({
      id: uuidv7(),
      order_id: input.orderId,
      order_number: input.orderNumber,
      tenant: input.tenant,
      metal: input.metal,
      finish: input.finish,
      mass_mg: input.massMg,
      model_sha256: input.model.sha256,
      model_file_name: input.model.fileName,
      model_bytes: input.model.bytes,
    })
    .returning(['id', 'opened_at'])
    .executeTakeFirstOrThrow();
  await outbox.write(trx, WorkOrderOpened, {
    orderId: input.orderId,
    workOrderId: id,
    by: ORDER_WORKFLOW,
    at: opened_at.toISOString(),
  });
  await reserveMaterial(trx, input.orderId, input.metal, input.massMg);
  await failpoint(MES_FAILPOINTS.workOrderOpening, { type: 'openWorkOrder', data: input });
  return { workOrderId: id };
}

/**
 * One at a time opens or withdraws an order's work order: while there is no row yet, there is nothing else to lock. Ends
 * with the transaction. Two orders whose ids hash alike wait for each other, which costs milliseconds and harms nobody.
 */
export const lockOrder = (trx: Transaction<MesDatabase>, orderId: string) =>
  sql`SELECT pg_advisory_xact_lock(hashtextextended('mes.work-order/' || ${orderId}, 0))`.execute(trx);
