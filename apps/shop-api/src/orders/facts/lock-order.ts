import type { ExpressionBuilder, ExpressionWrapper, SqlBool, Transaction } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import type { OrderRow } from '../view/order-resource.ts';

/**
 * The order, locked until the transaction ends: its status stands still while it is judged, and so do the moves, which
 * take the same lock. NO KEY UPDATE, because rows that refer to the order may be inserted meanwhile. Served by the
 * primary key; one order is locked per transaction, so there is no deadlock.
 */
export const lockOrder = (
  trx: Transaction<ShopDatabase>,
  condition: (eb: ExpressionBuilder<ShopDatabase, 'orders'>) => ExpressionWrapper<ShopDatabase, 'orders', SqlBool>,
): Promise<OrderRow | undefined> =>
  trx.selectFrom('orders').selectAll().where(condition).forNoKeyUpdate().executeTakeFirst();
