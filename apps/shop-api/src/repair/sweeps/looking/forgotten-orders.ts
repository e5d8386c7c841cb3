import type { OrderStatus } from '@bezel/contracts';
import { isFinal, STATUSES } from '@bezel/order-workflow';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { ShopDatabase } from '../../../database/shop-database.ts';
import { WORKFLOW_ENDED } from '../../../orchestrator/errors.ts';

/** An order under way, and since when it has waited for what it waits for. */
export interface Waiting {
  readonly id: string;
  readonly since: Date;
}

/** The statuses in which an order has ended, for SQL: as literals, so that partial indexes are found. */
export const FINAL = sql.join(STATUSES.filter(isFinal).map((status) => sql.lit(status)));

/** How many orders are asked about at once. All are looked at, by pages: any number may wait for a person, and one behind them not. */
export const PAGE = 200;

type OrderPages = AsyncGenerator<readonly Waiting[]>;

/** Submitted orders that nobody began with, longest first. */
export const notBegun = (db: Kysely<ShopDatabase>, olderThanMs: number): OrderPages =>
  ordersIn(db, 'SUBMITTED', { olderThanMs });

/** Offers past their end that still stand. Only what is in PRICED is looked at. */
export const offersPast = (db: Kysely<ShopDatabase>, olderThanMs: number): OrderPages =>
  ordersIn(db, 'PRICED', { olderThanMs, since: sql`(offer ->> 'expiresAt')::timestamptz` });

/** All orders under way, status by status, and longest in it first. */
export async function* underWay(db: Kysely<ShopDatabase>, olderThanMs: number): OrderPages {
  for (const status of STATUSES) if (!isFinal(status)) yield* ordersIn(db, status, { olderThanMs });
}

interface PageOptions {
  readonly olderThanMs: number;
  /** Since when an order waits; since it has the status unless told. */
  readonly since?: RawBuilder<unknown>;
}

const ordersIn = (db: Kysely<ShopDatabase>, status: OrderStatus, options: PageOptions): OrderPages =>
  pages<Waiting & Placed>(PAGE, async (last) => (await pageStatement(status, options, last).execute(db)).rows);

/**
 * One page of the orders in a status, along `orders_in_stage`: it begins where the last one ended and reads no row of another page,
 * but for orders of the same moment.
 */
export function pageStatement(
  status: OrderStatus,
  { olderThanMs, since = sql`updated_at` }: PageOptions,
  last: Pick<Waiting & Placed, 'id' | 'place'> | undefined,
) {
  const beyond =
    last === undefined ? sql`true` : sql`(updated_at, id) > (${last.place}::timestamptz, ${last.id}::uuid)`;
  return sql<Waiting & Placed>`
    SELECT id, ${since} AS since, updated_at::text AS place FROM orders
    WHERE status = ${sql.lit(status)} AND status NOT IN (${FINAL})
      AND ${since} < now() - ${olderThanMs} * interval '1 millisecond' AND ${beyond}
    ORDER BY updated_at, id LIMIT ${PAGE}`;
}

/** Of which orders: one that has ended needs no workflow any more, its facts are refused. */
interface ParkedOptions extends Pick<PageOptions, 'olderThanMs'> {
  readonly of: 'ended' | 'under way';
}

/**
 * Orders of which facts are parked because their workflow had ended, since the first of them was, and nobody has asked for them yet. A fact that was at that
 * end is parked after the workflow has been started again, and after what was parked before it is played again. All parked keys
 * are read, few at any time, and the orders by their primary key. The key of a message is its sender's choice: what is no
 * order's id is passed over before it is read as one.
 */
export const parkedFacts = (db: Kysely<ShopDatabase>, { of, olderThanMs }: ParkedOptions): OrderPages =>
  pages<Waiting>(PAGE, async (last) => {
    const { rows } = await sql<Waiting>`
      WITH parked AS MATERIALIZED (
        SELECT encode(key, 'escape') AS key, min(parked_at) AS since FROM outbox.consumer_parked_key
        WHERE code = ${WORKFLOW_ENDED} AND NOT redrive AND encode(key, 'escape') ~ ${UUID}
        GROUP BY 1
      )
      SELECT o.id, p.since FROM parked AS p JOIN orders AS o ON o.id = p.key::uuid
      WHERE (o.status IN (${FINAL})) = ${of === 'ended'} AND p.since < now() - ${olderThanMs} * interval '1 millisecond' AND ${last === undefined ? sql`true` : sql`o.id > ${last.id}`}
      ORDER BY o.id LIMIT ${PAGE}`.execute(db);
    return rows;
  });

const UUID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';

/** A fact that was recorded and is in no history. `id` is its order's. */
export interface Unanswered extends Waiting {
  readonly messageId: string;
}

/**
 * The facts of some orders that neither moved them nor were refused, oldest first. An order has few facts. Served by
 * `order_fact_said_once`, and by the primary keys of what is looked up for each.
 */
export async function unansweredFacts(
  db: Kysely<ShopDatabase>,
  orders: readonly Pick<Waiting, 'id'>[],
  olderThanMs: number,
): Promise<readonly Unanswered[]> {
  const { rows } = await sql<Unanswered>`
    SELECT f.order_id AS id, f.message_id AS "messageId", f.at AS since FROM order_fact AS f
    WHERE f.order_id = ANY (${orders.map(({ id }) => id)}::uuid[]) AND f.at < now() - ${olderThanMs} * interval '1 millisecond'
      AND NOT EXISTS (SELECT FROM order_history AS h WHERE h.order_id = f.order_id AND h.caused_by = f.message_id)
      AND NOT EXISTS (SELECT FROM order_refused_fact AS r WHERE r.order_id = f.order_id AND r.message_id = f.message_id)
    ORDER BY f.at, f.message_id`.execute(db);
  return rows;
}

/** Where a page ends. As text, because a Date has no microseconds: the page after it would begin too early. */
interface Placed {
  readonly place: string;
}

async function* pages<Row>(
  size: number,
  read: (last: Row | undefined) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  let last: Row | undefined;
  for (;;) {
    const rows = await read(last);
    if (rows.length > 0) yield rows;
    if (rows.length < size) return;
    last = rows.at(-1);
  }
}
