import type { OrderHistoryEntry, PricingProgress } from '@bezel/contracts';
import type { CallerIdentity } from '@bezel/service';
import { type Kysely, sql } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import { type Door, isStaff, visibleTo } from '../../doors/door.ts';
import { cancellingSince } from '../cancellation/cancelling-since.ts';
import type { OrderInProgress } from './order-resource.ts';

/** How far the pricing of an order in PRICING is. Served by the primary key; asks for nothing in any other status. */
const progress = sql<PricingProgress | null>`
  (SELECT json_build_object('phase', phase, 'percent', percent) FROM pricing_progress
   WHERE order_id = orders.id AND orders.status = 'PRICING')`.as('progress');

/** One order, if this caller may look at it. Served by the primary key. */
export const visibleOrder = (
  db: Kysely<ShopDatabase>,
  caller: CallerIdentity,
  door: Door,
  orderId: string,
): Promise<OrderInProgress | undefined> =>
  db
    .selectFrom('orders')
    .selectAll()
    .select([progress, cancellingSince])
    .where('id', '=', orderId)
    .where((eb) => (isStaff(caller, door) ? eb.and([]) : visibleTo(caller, door)(eb)))
    .executeTakeFirst();

/**
 * Up to `limit` orders this caller may see, newest first, after the order with the id `after`. Ids are UUIDv7: their
 * order is the order of time, and it never changes, so no page repeats or skips an order that was there when the first
 * page was read. Served by `orders_of_customer`, `orders_of_channel` or, for all orders, the primary key.
 */
export function visibleOrders(
  db: Kysely<ShopDatabase>,
  caller: CallerIdentity,
  door: Door,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<OrderInProgress[]> {
  const orders = db.selectFrom('orders').selectAll().select([progress, cancellingSince]).where(visibleTo(caller, door));
  return (after === undefined ? orders : orders.where('id', '<', after)).orderBy('id', 'desc').limit(limit).execute();
}

/**
 * All that happened to an order, oldest first: its moves by their number, each followed by the delays of the stage it led
 * to, the facts that were refused while it was the last one, with the kind of fact before the reason (`packed:
 * order-ended`), and what was taken back after it. No clock decides the order of moves. Served by the primary keys of the four
 * tables.
 *
 * @param options.repairs also what was asked to be repaired meanwhile, by whom and why, and what came of it: for those who
 * operate the system. Served by `order_repair_of_order`.
 */
export async function historyOf(
  db: Kysely<ShopDatabase>,
  orderId: string,
  { repairs }: { readonly repairs: boolean },
): Promise<OrderHistoryEntry[]> {
  const { rows } = await sql<EntryRow>`
    SELECT kind, seq, "from", "to", reason, "messageId", deadline, "expectedAt", at
    FROM (
      SELECT 'moved' AS kind, seq AS place, seq, from_status AS "from", to_status AS "to", reason,
             caused_by AS "messageId", NULL::timestamptz AS deadline, NULL::timestamptz AS "expectedAt", at
      FROM order_history
      WHERE order_id = ${orderId}
      UNION ALL
      SELECT 'delayed', seq, seq, NULL, NULL, kind, message_id, deadline, expected_at, at
      FROM order_delay
      WHERE order_id = ${orderId}
      UNION ALL
      SELECT 'refused', after_seq, NULL, NULL, NULL, kind || ': ' || reason, message_id, NULL, NULL, at
      FROM order_refused_fact
      WHERE order_id = ${orderId}
      UNION ALL
      SELECT 'compensated', after_seq, NULL, NULL, NULL, step, message_id, NULL, NULL, at
      FROM order_compensation
      WHERE order_id = ${orderId}
      UNION ALL
      SELECT 'repaired', after_seq, NULL, NULL, NULL,
             kind || ' (' || state || ') asked by ' || asked_by || ': ' || reason || coalesce('; ' || outcome, ''),
             message_id, NULL, NULL, at
      FROM order_repair
      WHERE order_id = ${orderId} AND ${repairs}::boolean
    ) AS entry
    ORDER BY place, kind <> 'moved', at, "messageId", reason`.execute(db);
  return rows.map((row) => ({
    ...row,
    deadline: row.deadline?.toISOString() ?? null,
    expectedAt: row.expectedAt?.toISOString() ?? null,
    at: row.at.toISOString(),
  }));
}

type EntryRow = Omit<OrderHistoryEntry, 'deadline' | 'expectedAt' | 'at'> & {
  deadline: Date | null;
  expectedAt: Date | null;
  at: Date;
};
