import type pg from 'pg';
import type { Evidence, Told, Written } from './evidence.ts';

export interface Gathering {
  readonly databases: Readonly<Record<'shop' | 'mes' | 'crm', pg.Pool>>;
  /** What names of this run's model files begin with. */
  readonly run: string;
  readonly people: Evidence['people'];
  readonly reordered: ReadonlySet<string>;
  readonly undisturbed: boolean;
  readonly disturbed: Evidence['disturbed'];
  readonly stageMs: Evidence['stageMs'];
  /** Reads the topics. */
  readonly told: () => Promise<readonly Told[]>;
  /**
   * Asks a door for an order as whoever ordered it, or as sales; answers the status, or what it answers instead. `file` is its
   * model's, where the shop has the order.
   */
  readonly ask: (door: 'shop' | 'crm', orderId: string, file: string | undefined) => Promise<string>;
}

const MESSAGES = `
  SELECT id, key AS "orderId", type, topic, shard, seq::int AS seq, (extract(epoch FROM created_at) * 1000)::float AS at,
         CASE WHEN type IN ('shop.order-status-changed', 'shop.order-delayed')
              THEN (convert_from(payload, 'UTF8')::jsonb ->> 'seq')::int END AS move,
         CASE WHEN type = 'shop.order-delayed' THEN convert_from(payload, 'UTF8')::jsonb ->> 'kind' END AS delay
  FROM outbox.message WHERE key = ANY ($1::text[])`;

/**
 * Reads everything about the orders of a run. Each database in one snapshot, the shop first: what is told later is there too.
 * The topics last. Asking the doors takes long: only when `asks`.
 */
export async function gather(
  { databases, run, people, reordered, undisturbed, disturbed, stageMs, told, ask }: Gathering,
  asks: boolean,
): Promise<Evidence> {
  const shopRows = await inSnapshot(databases.shop, async (all) => {
    const orders = await all<Evidence['shop']['orders'][number]>(
      `SELECT id, status, seq, model_file_name AS file,
              (extract(epoch FROM (offer ->> 'expiresAt')::timestamptz) * 1000)::float AS "offerUntil"
       FROM orders WHERE model_file_name LIKE $1 ORDER BY id`,
      [`${run}-%`],
    );
    const ids = [orders.map(({ id }) => id)];
    return {
      orders,
      history: await all<Evidence['shop']['history'][number]>(
        `SELECT order_id AS "orderId", seq, from_status AS "from", to_status AS "to", caused_by AS "causedBy",
                (extract(epoch FROM at) * 1000)::float AS at
         FROM order_history WHERE order_id = ANY ($1::uuid[]) ORDER BY order_id, seq`,
        ids,
      ),
      facts: await all<Evidence['shop']['facts'][number]>(
        `SELECT order_id AS "orderId", kind, message_id AS "messageId" FROM order_fact WHERE order_id = ANY ($1::uuid[])`,
        ids,
      ),
      refused: await all<Evidence['shop']['refused'][number]>(
        `SELECT order_id AS "orderId", message_id AS "messageId", after_seq AS "afterSeq",
                (extract(epoch FROM at) * 1000)::float AS at
         FROM order_refused_fact WHERE order_id = ANY ($1::uuid[])`,
        ids,
      ),
      messages: await all<Written>(MESSAGES, ids),
      repairs: await all<Evidence['shop']['repairs'][number]>(
        `SELECT order_id AS "orderId", kind FROM order_repair WHERE order_id = ANY ($1::uuid[]) AND state = 'done'`,
        ids,
      ),
    };
  });
  const ids = shopRows.orders.map(({ id }) => id);
  const mes = await inSnapshot(databases.mes, async (all) => ({
    workOrders: await all<Evidence['mes']['workOrders'][number]>(
      `SELECT id, order_id AS "orderId", status, claimed_by IS NOT NULL AS claimed FROM work_order WHERE order_id = ANY ($1::uuid[])`,
      [ids],
    ),
    reservations: await all<Evidence['mes']['reservations'][number]>(
      `SELECT order_id AS "orderId", state FROM material_reservation WHERE order_id = ANY ($1::uuid[])`,
      [ids],
    ),
    followed: await all<Evidence['mes']['followed'][number]>(
      `SELECT order_id AS "orderId", status, seq FROM order_status WHERE order_id = ANY ($1::uuid[])`,
      [ids],
    ),
    messages: await all<Written>(MESSAGES, [ids]),
    stock: await all<Evidence['mes']['stock'][number]>(STOCK),
  }));
  const crm = await inSnapshot(databases.crm, async (all) => ({
    orders: await all<Evidence['crm']['orders'][number]>(
      `SELECT id AS "orderId", status, seq FROM order_view WHERE id = ANY ($1::uuid[])`,
      [ids],
    ),
    moves: await all<Evidence['crm']['moves'][number]>(
      `SELECT order_id AS "orderId", seq, to_status AS "to", message_id AS "messageId"
       FROM order_move WHERE order_id = ANY ($1::uuid[]) ORDER BY position`,
      [ids],
    ),
    delays: await all<Evidence['crm']['delays'][number]>(
      `SELECT order_id AS "orderId", message_id AS "messageId" FROM order_delay WHERE order_id = ANY ($1::uuid[])`,
      [ids],
    ),
    customerMessages: await all<Evidence['crm']['customerMessages'][number]>(
      `SELECT order_id AS "orderId", id FROM customer_message WHERE order_id = ANY ($1::uuid[])`,
      [ids],
    ),
  }));
  const doors = new Map<string, { shop: string; crm: string }>();
  const files = new Map(shopRows.orders.map(({ id, file }) => [id, file]));
  const answered = people.submissions.flatMap(({ orderIds }) => orderIds);
  const waiting = asks ? [...new Set([...ids, ...answered])] : [];
  const asking = async (): Promise<void> => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const file = files.get(id);
      doors.set(id, { shop: await ask('shop', id, file), crm: await ask('crm', id, file) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, asking));
  return {
    ...{ shop: shopRows, mes, crm, told: await told(), people, doors },
    ...{ reordered, undisturbed, disturbed, stageMs },
  };
}

/** Orders the doors are asked for at the same time. */
const AT_ONCE = 4;

/** What the first stock was is not written anywhere: it is what is there, what was used and what came in since. */
const STOCK = `
  SELECT s.metal, s.reserved_mg::text AS reserved,
         coalesce(sum(r.mass_mg) FILTER (WHERE r.state = 'RESERVED'), 0)::text AS "reservedByRows",
         (f.first_mg + coalesce((SELECT sum(d.mass_mg) FROM material_delivery AS d WHERE d.metal = s.metal), 0)
           - s.on_hand_mg)::text AS used,
         coalesce(sum(r.mass_mg) FILTER (WHERE r.state = 'CONSUMED'), 0)::text AS "usedByRows"
  FROM material_stock AS s
  JOIN (VALUES ('gold-585', 5000000::bigint), ('gold-750', 5000000), ('silver-925', 50000000), ('platinum-950', 2000000))
    AS f (metal, first_mg) USING (metal)
  LEFT JOIN material_reservation AS r ON r.metal = s.metal
  GROUP BY s.metal, s.reserved_mg, s.on_hand_mg, f.first_mg`;

type All = <Row>(sql: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

async function inSnapshot<T>(pool: pg.Pool, read: (all: All) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const found = await read(async <Row>(sql: string, values: readonly unknown[] = []) => {
      const { rows } = await client.query(sql, [...values]);
      return rows as Row[];
    });
    await client.query('COMMIT');
    client.release();
    return found;
  } catch (error) {
    client.release(error as Error);
    throw error;
  }
}
