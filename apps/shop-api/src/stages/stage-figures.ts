import type { OrderStatus } from '@bezel/contracts';
import { isFinal, LIFECYCLE, STATUSES } from '@bezel/order-workflow';
import { type Kysely, sql } from 'kysely';
import type { ShopDatabase } from '../database/shop-database.ts';

/** How the orders in one status stand. */
export interface StageFigures {
  readonly status: OrderStatus;
  readonly orders: number;
  /** Since when the order that is longest in the status has been there, in seconds; 0 without one. */
  readonly oldestSeconds: number;
  /** Orders that passed the status' SLA. */
  readonly late: number;
  /** How long ago the latest of those passed it, in seconds; 0 without one. */
  readonly overdueSeconds: number;
}

const OPEN = STATUSES.filter((status) => !isFinal(status));
/** The SLAs in ms; null where there is none, and then no order is late. */
const WITHIN = JSON.stringify(
  Object.fromEntries(OPEN.map((status) => [status, LIFECYCLE[status].sla?.withinMs ?? null])),
);
const DEADLINE = sql`coalesce(
  stage_deadline,
  updated_at + (${WITHIN}::jsonb ->> status)::float8 * interval '1 millisecond'
)`;

/**
 * The figures of every status that is not final, in the order of the stage contract; 0 for those without orders.
 *
 * One pass over `orders_in_stage`, which has the orders under way and no other, with all that is asked for: neither the
 * table nor orders that have ended are read, however many there are. The statuses are literals, for only then does the
 * planner know that the index has all of them. One statement, so the figures are of one moment; nothing is locked.
 *
 * An order is late by the deadline its workflow gave it. One without (it was just submitted, or is older than deadlines) is
 * late by the SLA of the contract. Nobody has to have marked it: what marks late orders may be what stands still.
 */
export const stageFigures = sql<{
  status: OrderStatus;
  orders: number;
  oldest_seconds: number;
  late: number;
  overdue_seconds: number | null;
}>`
  SELECT status,
         count(*)::int AS orders,
         extract(epoch FROM now() - min(updated_at))::float8 AS oldest_seconds,
         (count(*) FILTER (WHERE now() > ${DEADLINE}))::int AS late,
         extract(epoch FROM now() - min(${DEADLINE}))::float8 AS overdue_seconds
  FROM orders
  WHERE status NOT IN (${sql.join(STATUSES.filter(isFinal).map((status) => sql.lit(status)))})
  GROUP BY status`;

/** Reads {@link stageFigures}. */
export async function readStageFigures(db: Kysely<ShopDatabase>): Promise<readonly StageFigures[]> {
  const { rows } = await stageFigures.execute(db);
  return OPEN.map((status) => {
    const row = rows.find((each) => each.status === status);
    return {
      status,
      orders: row?.orders ?? 0,
      oldestSeconds: Math.max(0, row?.oldest_seconds ?? 0),
      late: row?.late ?? 0,
      overdueSeconds: Math.max(0, row?.overdue_seconds ?? 0),
    };
  });
}
