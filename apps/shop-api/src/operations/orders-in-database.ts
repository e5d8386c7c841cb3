import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { OrderRow } from '../orders/view/order-resource.ts';
import type { OrderFilter } from './order-filter.ts';

/** What the list shows of an order's row. */
export type ListedRow = Pick<OrderRow, 'id' | 'tenant' | 'status' | 'late' | 'stage_deadline'>;

const CHANNELS = ['shop', 'partner'] as const;

/**
 * The first `limit` orders after the one with the id `after` that fit, oldest first. Ids are UUIDv7: their order is the
 * order of time, so a page costs the same wherever it is, and how old an order is is a bound of the same column. Each
 * shape of the question has an index in that order (`migrations/0008_operations.sql`): no table is read through, and
 * nothing is sorted unless Postgres knows that hardly more than a page fits anyway.
 *
 *   late                orders_late: few orders are, and the rest of the question filters those few
 *   status and tenant   orders_of_tenant_status
 *   status              orders_of_status
 *   tenant              orders_of_channel, which has the channel between tenant and id: one scan for each of the two,
 *                       merged by id
 *   nothing else        the primary key
 *
 * What is not late is nearly all, so `late = false` filters what the other members found.
 */
export function ordersInDatabase(
  { status, late, tenant, beforeId }: OrderFilter,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): RawBuilder<ListedRow> {
  const conditions = [
    ...(tenant === undefined ? [] : [sql<SqlBool>`tenant = ${tenant}`]),
    ...(status === undefined ? [] : [sql<SqlBool>`status = ${status}`]),
    // Without a parameter: the condition of the index orders_late is recognised in it.
    ...(late === undefined ? [] : [late ? sql<SqlBool>`late` : sql<SqlBool>`NOT late`]),
    ...(after === undefined ? [] : [sql<SqlBool>`id > ${after}`]),
    ...(beforeId === undefined ? [] : [sql<SqlBool>`id < ${beforeId}`]),
  ];
  const first = (...more: RawBuilder<SqlBool>[]): RawBuilder<ListedRow> => sql<ListedRow>`
    (SELECT id, tenant, status, late, stage_deadline FROM orders
     WHERE ${sql.join([sql`true`, ...conditions, ...more], sql` AND `)}
     ORDER BY id LIMIT ${limit})`;
  if (tenant === undefined || status !== undefined || late === true) return first();
  const ofChannel = CHANNELS.map((channel) => first(sql<SqlBool>`channel = ${channel}`));
  return sql<ListedRow>`${sql.join(ofChannel, sql` UNION ALL `)} ORDER BY id LIMIT ${limit}`;
}
