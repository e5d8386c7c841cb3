import type { WorkOrderStatus } from '@bezel/contracts';
import type { Kysely } from 'kysely';
import type { MesDatabase } from '../database/mes-database.ts';

/** What the board shows of a work order: its own row, what its order has come to, and whether its metal is short. */
const boardRows = (db: Kysely<MesDatabase>) =>
  db
    .selectFrom('work_order')
    .leftJoin('order_status', 'order_status.order_id', 'work_order.order_id')
    .leftJoin('material_reservation', 'material_reservation.order_id', 'work_order.order_id')
    .selectAll('work_order')
    .select(['order_status.status as order_status', 'material_reservation.short as material_short']);

/** One row of the board. */
export type BoardRow = Awaited<ReturnType<ReturnType<typeof boardRows>['executeTakeFirstOrThrow']>>;

/**
 * A page, oldest first, after the work order `after`. Keyset: the index `work_order_board` (with a status) or the
 * primary key (without) is entered at the right place and read for `limit` rows, whatever the page; the joins add two
 * look-ups by primary key a row.
 */
export const boardPage = (
  db: Kysely<MesDatabase>,
  page: { readonly status: WorkOrderStatus | undefined; readonly after: string | undefined; readonly limit: number },
): Promise<BoardRow[]> =>
  boardRows(db)
    .where((is) =>
      is.and([
        ...(page.status === undefined ? [] : [is('work_order.status', '=', page.status)]),
        ...(page.after === undefined ? [] : [is('work_order.id', '>', page.after)]),
      ]),
    )
    .orderBy('work_order.id')
    .limit(page.limit)
    .execute();

/** The work order of an order. Served by the unique index on order_id. */
export const boardRowOfOrder = (db: Kysely<MesDatabase>, orderId: string): Promise<BoardRow | undefined> =>
  boardRows(db).where('work_order.order_id', '=', orderId).executeTakeFirst();

/** One work order, by the primary key. */
export const boardRow = (db: Kysely<MesDatabase>, id: string): Promise<BoardRow | undefined> =>
  boardRows(db).where('work_order.id', '=', id).executeTakeFirst();
