import type { OrderStatus, WorkOrderStatus } from '@bezel/contracts';
import { type Kysely, type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import type { MesDatabase } from '../database/mes-database.ts';

type WorkOrder = Selectable<MesDatabase['work_order']>;

/** One row of the board: a work order, what its order has come to, whether it is late, and whether its metal is short. */
export type BoardRow = WorkOrder & {
  readonly order_status: OrderStatus | null;
  readonly material_short: boolean | null;
  readonly late: boolean | null;
};

type WorkOrders = SelectQueryBuilder<MesDatabase, 'work_order', WorkOrder>;

/**
 * First the work orders, then what belongs to each: two look-ups by primary key a row. The other way round the planner
 * would be free to join first and cut the page afterwards.
 */
function boardRows(db: Kysely<MesDatabase>, choose: (workOrders: WorkOrders) => WorkOrders) {
  return db
    .selectFrom(choose(db.selectFrom('work_order').selectAll()).as('work_order'))
    .leftJoin('order_status', 'order_status.order_id', 'work_order.order_id')
    .leftJoin('material_reservation', 'material_reservation.order_id', 'work_order.order_id')
    .selectAll('work_order')
    .select(['order_status.status as order_status', 'material_reservation.short as material_short'])
    .select(sql<boolean | null>`order_status.late_seq = order_status.seq`.as('late'));
}

/**
 * A page of one status, oldest first, after a position. Keyset over `work_order_board`: entered at the right place and
 * read for `limit` rows, whatever the page.
 */
export function statusPage(
  db: Kysely<MesDatabase>,
  { status, after, limit }: { readonly status: WorkOrderStatus; readonly after: string; readonly limit: number },
): { execute(): Promise<BoardRow[]>; explain(): Promise<unknown[]> } {
  return boardRows(db, (all) =>
    all.where('status', '=', status).where('position', '>', after).orderBy('position').limit(limit),
  ).orderBy('work_order.position');
}

/**
 * A page of those whose order is late, of one status or all, oldest first, after a position. Served by `order_status_late`,
 * whose orders are all looked up and sorted: they are few, or somebody is about to make them few.
 */
export const latePage = (
  db: Kysely<MesDatabase>,
  { status, after, limit }: { readonly status?: WorkOrderStatus; readonly after: string; readonly limit: number },
): Promise<BoardRow[]> =>
  boardRows(db, (all) =>
    all
      .$if(status !== undefined, (some) => some.where('status', '=', status as WorkOrderStatus))
      .where('order_id', 'in', (eb) =>
        eb.selectFrom('order_status').select('order_id').whereRef('late_seq', '=', 'seq'),
      )
      .where('position', '>', after)
      .orderBy('position')
      .limit(limit),
  )
    .orderBy('work_order.position')
    .execute();

/**
 * A page over all, by id, which is the order of opening but for clocks that differ; oldest or newest first. Keyset over
 * the primary key, read forwards or backwards.
 */
export function wholePage(
  db: Kysely<MesDatabase>,
  { after, limit, newestFirst }: { readonly after: string; readonly limit: number; readonly newestFirst: boolean },
): Promise<BoardRow[]> {
  const [beyond, direction] = newestFirst ? (['<', 'desc'] as const) : (['>', 'asc'] as const);
  return boardRows(db, (all) => all.where('id', beyond, after).orderBy('id', direction).limit(limit))
    .orderBy('work_order.id', direction)
    .execute();
}

/** The work order of an order. Served by the unique index on order_id. */
export function boardRowOfOrder(db: Kysely<MesDatabase>, orderId: string): Promise<BoardRow | undefined> {
  return boardRows(db, (all) => all.where('order_id', '=', orderId)).executeTakeFirst();
}

/** One work order, by the primary key. */
export function boardRow(db: Kysely<MesDatabase>, id: string): Promise<BoardRow | undefined> {
  return boardRows(db, (all) => all.where('id', '=', id)).executeTakeFirst();
}
