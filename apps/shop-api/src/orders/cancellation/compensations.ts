import { COMPENSATIONS, type Compensation, type OrderStatus } from '@bezel/contracts';
import type { Kysely } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import type { OrderRow } from '../view/order-resource.ts';

type Step = Compensation['step'];

/** Statuses in which an order has a work order, or is about to get one. */
const AT_WORK: readonly OrderStatus[] = ['APPROVED', 'IN_MANUFACTURING', 'MANUFACTURING_COMPLETED', 'PACKED'];

/** What there is to take back of an order in this status. */
export function stepsOf({ status, channel }: Pick<OrderRow, 'status' | 'channel'>): readonly Step[] {
  return COMPENSATIONS.filter((step) => (step === 'partner-told' ? channel === 'partner' : AT_WORK.includes(status)));
}

/** How far the steps of an order are that is being cancelled, as far as the shop was told. Served by the primary keys. */
export async function compensationsOf(db: Kysely<ShopDatabase>, order: OrderRow): Promise<Compensation[]> {
  const done = await db
    .selectFrom('order_compensation')
    .select(['step', 'at'])
    .where('order_id', '=', order.id)
    .execute();
  const failure = await db
    .selectFrom('withdrawal_failure')
    .select(['tries', 'error', 'at'])
    .where('order_id', '=', order.id)
    .executeTakeFirst();
  return stepsOf(order).map((step) => {
    const made = done.find((row) => row.step === step);
    // Material and work order are taken back by one transaction of the MES: they fail together.
    const failed = step === 'partner-told' ? undefined : failure;
    return {
      step,
      state: made === undefined ? 'pending' : 'done',
      tries: (failed?.tries ?? 0) + (made === undefined ? 0 : 1),
      error: failed?.error ?? null,
      at: (made ?? failed)?.at.toISOString() ?? null,
    };
  });
}
