import type { OrderStatus } from '@bezel/contracts';
import { isFinal, STATUSES } from '@bezel/order-workflow';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import { WORKFLOW_ENDED } from '../../orchestrator/errors.ts';

/** An order under way, and since when it has waited for what it waits for. */
export interface Waiting {
  readonly id: string;
  readonly since: Date;
}

const FINAL = sql.join(STATUSES.filter(isFinal).map((status) => sql.lit(status)));

/** How many orders are asked about at once. All are looked at, by pages: any number may wait for a person, and one behind them not. */
export const PAGE = 200;

type OrderPages = AsyncGenerator<readonly Waiting[]>;

/** Submitted orders that nobody began with, longest first. Served by `orders_in_stage`. */
export const notBegun = (db: Kysely<ShopDatabase>, olderThanMs: number): OrderPages =>
  orderPages(
    db,
    olderThanMs,
    sql`SELECT id, updated_at AS since FROM orders WHERE status = 'SUBMITTED' AND status NOT IN (${FINAL})`,
  );

/** Offers past their end that still stand, longest first. Served by `orders_in_stage`; only what is in PRICED is looked at. */
export const offersPast = (db: Kysely<ShopDatabase>, olderThanMs: number): OrderPages =>
  orderPages(
    db,
    olderThanMs,
    sql`
    SELECT id, (offer ->> 'expiresAt')::timestamptz AS since FROM orders WHERE status = 'PRICED' AND status NOT IN (${FINAL})`,
  );

/** All orders under way, longest in their status first. Served by `orders_in_stage`, which has no others. */
export const underWay = (db: Kysely<ShopDatabase>, olderThanMs: number): OrderPages =>
  orderPages(db, olderThanMs, sql`SELECT id, updated_at AS since FROM orders WHERE status NOT IN (${FINAL})`);

const orderPages = (db: Kysely<ShopDatabase>, olderThanMs: number, orders: RawBuilder<unknown>): OrderPages =>
  pages<Waiting & Placed>(PAGE, async (last) => {
    const beyond = last === undefined ? sql`true` : sql`(since, id) > (${last.place}::timestamptz, ${last.id}::uuid)`;
    const { rows } = await sql<Waiting & Placed>`
      SELECT id, since, since::text AS place FROM (${orders}) AS waiting
      WHERE since < now() - ${olderThanMs} * interval '1 millisecond' AND ${beyond}
      ORDER BY since, id LIMIT ${PAGE}`.execute(db);
    return rows;
  });

/** An order of which facts are parked because its workflow had ended, since the first of them was. */
export interface ParkedFacts extends Waiting {
  /** It needs no workflow any more: its facts are refused. */
  readonly ended: boolean;
}

/**
 * Orders of which facts are parked because their workflow had ended, and nobody has asked for them yet. A fact that was at that
 * end is parked after the workflow has been started again, and after what was parked before it is played again. All parked keys
 * are read, few at any time, and the orders by their primary key. The key of a message is its sender's choice: what is no
 * order's id is passed over before it is read as one.
 */
export const parkedFacts = (db: Kysely<ShopDatabase>, olderThanMs: number): AsyncGenerator<readonly ParkedFacts[]> =>
  pages<ParkedFacts>(PAGE, async (last) => {
    const { rows } = await sql<ParkedFacts>`
      WITH parked AS MATERIALIZED (
        SELECT encode(key, 'escape') AS key, min(parked_at) AS since FROM outbox.consumer_parked_key
        WHERE code = ${WORKFLOW_ENDED} AND NOT redrive AND encode(key, 'escape') ~ ${UUID}
        GROUP BY 1
      )
      SELECT o.id, p.since, o.status IN (${FINAL}) AS ended FROM parked AS p JOIN orders AS o ON o.id = p.key::uuid
      WHERE p.since < now() - ${olderThanMs} * interval '1 millisecond' AND ${last === undefined ? sql`true` : sql`o.id > ${last.id}`}
      ORDER BY o.id LIMIT ${PAGE}`.execute(db);
    return rows;
  });

const UUID = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';

/** Each fact of a page is a question to a worker, while the transaction that reads them waits: longer than 15 s it must not. */
export const FACTS_PAGE = 50;

/** A fact that was recorded and is in no history. */
export interface Unanswered extends Waiting {
  readonly messageId: string;
  readonly status: OrderStatus;
}

/**
 * All facts of orders under way that neither moved nor were refused, by pages, oldest first. Any number of them may be with their
 * workflows, and one behind them may not. Served by `orders_in_stage` and the primary keys of what is looked up for each of those
 * orders.
 */
export const unansweredFacts = (db: Kysely<ShopDatabase>, olderThanMs: number): AsyncGenerator<readonly Unanswered[]> =>
  pages<Unanswered & Placed>(FACTS_PAGE, async (last) => {
    const beyond =
      last === undefined
        ? sql`true`
        : sql`(f.at, f.message_id) > (${last.place}::timestamptz, ${last.messageId}::uuid)`;
    const { rows } = await sql<Unanswered & Placed>`
      SELECT o.id, o.status, f.message_id AS "messageId", f.at AS since, f.at::text AS place
      FROM orders AS o JOIN order_fact AS f ON f.order_id = o.id
      WHERE o.status NOT IN (${FINAL}) AND f.at < now() - ${olderThanMs} * interval '1 millisecond'
        AND NOT EXISTS (SELECT FROM order_history AS h WHERE h.order_id = o.id AND h.caused_by = f.message_id)
        AND NOT EXISTS (SELECT FROM order_refused_fact AS r WHERE r.order_id = o.id AND r.message_id = f.message_id)
        AND ${beyond}
      ORDER BY f.at, f.message_id LIMIT ${FACTS_PAGE}`.execute(db);
    return rows;
  });

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
