import type { OrderStatus, WorkOrderStatus } from '@bezel/contracts';
import type { Kysely, Selectable } from 'kysely';
import type { MesDatabase } from '../database/mes-database.ts';

/** One row of the board: a work order, what its order has come to, and whether its metal is short. */
export type BoardRow = Selectable<MesDatabase['work_order']> & {
  readonly order_status: OrderStatus | null;
  readonly material_short: boolean | null;
};

function boardRows(db: Kysely<MesDatabase>) {
  return db
    .selectFrom('work_order')
    .leftJoin('order_status', 'order_status.order_id', 'work_order.order_id')
    .leftJoin('material_reservation', 'material_reservation.order_id', 'work_order.order_id')
    .selectAll('work_order')
    .select(['order_status.status as order_status', 'material_reservation.short as material_short']);
}

/**
 * A page of one status, oldest first, after a position. Keyset over `work_order_board`: entered at the right place and
 * read for `limit` rows, whatever the page; the joins add two look-ups by primary key a row.
 */
export function statusPage(
  db: Kysely<MesDatabase>,
  { status, after, limit }: { readonly status: WorkOrderStatus; readonly after: string; readonly limit: number },
): { execute(): Promise<BoardRow[]>; explain(): Promise<unknown[]> } {
  return boardRows(db)
    .where('work_order.status', '=', status)
    .where('work_order.position', '>', after)
    .orderBy('work_order.position')
    .limit(limit);
}

/** A page over all, oldest first, after an id. Keyset over the primary key. */
export function wholePage(
  db: Kysely<MesDatabase>,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<BoardRow[]> {
  return boardRows(db).where('work_order.id', '>', after).orderBy('work_order.id').limit(limit).execute();
}

/** The work order of an order. Served by the unique index on order_id. */
export function boardRowOfOrder(db: Kysely<MesDatabase>, orderId: string): Promise<BoardRow | undefined> {
  return boardRows(db).where('work_order.order_id', '=', orderId).executeTakeFirst();
}

/** One work order, by the primary key. */
export function boardRow(db: Kysely<MesDatabase>, id: string): Promise<BoardRow | undefined> {
  return boardRows(db).where('work_order.id', '=', id).executeTakeFirst();
}
