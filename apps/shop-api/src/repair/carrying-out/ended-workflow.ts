import type { OrderStatus } from '@bezel/contracts';
import type { Transaction } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';

/** A workflow commits the order's last move before it ends: what the order is after a look at that end, it stays. */
export async function statusAtEnd(trx: Transaction<ShopDatabase>, orderId: string): Promise<OrderStatus> {
  const { status } = await trx
    .selectFrom('orders')
    .select('status')
    .where('id', '=', orderId)
    .executeTakeFirstOrThrow();
  return status;
}

export const movedBack = (status: OrderStatus): string =>
  `its workflow ended by itself and the order is ${status}: a person must find out who moved the order back, and set it right by hand`;
