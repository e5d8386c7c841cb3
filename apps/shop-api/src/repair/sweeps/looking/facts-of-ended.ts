import { type Kysely, sql } from 'kysely';
import type { ShopDatabase } from '../../../database/shop-database.ts';
import { lowestIdAt } from '../../../operations/id-time.ts';
import { FINAL, type Unanswered } from './forgotten-orders.ts';

const DAY_MS = 24 * 60 * 60_000;

/** For how long a fact is looked for after it was said, whenever its order ends. */
const LOOKED_FOR_DAYS = 7;
/** So many facts are looked at, whether they have an answer or not; more than are said between two looks. */
export const FACTS_A_LOOK = 2_000;

/** Facts of orders that have ended and never answered them, and behind which fact the next look goes on. */
export interface FactsOfEnded {
  readonly facts: readonly Unanswered[];
  /** Null when the last one was reached: the next look begins anew. */
  readonly next: string | null;
}

/**
 * A piece of the facts of the last days: those of them whose order has ended, and which neither moved it nor were refused. Nothing
 * tells them from the many that were answered but that no answer is there, so no index could have them alone. A look costs the same
 * however many facts there are: it goes on where the last one ended, along the primary key of `order_fact`, which are UUIDv7 and so
 * in the order of their time. The answers are looked up by their primary keys.
 *
 * A fact waits only in the figures of the look that finds it. It is asked for then, and the repair waits in those of `asked-repairs`
 * until the fact is refused; kept in these until its piece is read again, it would seem to wait for long after that.
 */
export async function factsOfEnded(
  db: Kysely<ShopDatabase>,
  { after, olderThanMs }: { readonly after: string | null; readonly olderThanMs: number },
): Promise<FactsOfEnded> {
  const from = after ?? lowestIdAt(new Date(Date.now() - LOOKED_FOR_DAYS * DAY_MS));
  const { rows } = await sql<Unanswered & { readonly unanswered: boolean }>`
    SELECT f.order_id AS id, f.message_id AS "messageId", f.at AS since,
           o.status IN (${FINAL}) AND f.at < now() - ${olderThanMs} * interval '1 millisecond'
             AND NOT EXISTS (SELECT FROM order_history AS h WHERE h.order_id = f.order_id AND h.caused_by = f.message_id)
             AND NOT EXISTS (SELECT FROM order_refused_fact AS r WHERE r.order_id = f.order_id AND r.message_id = f.message_id)
             AS unanswered
    FROM (SELECT order_id, message_id, at FROM order_fact WHERE message_id > ${from}::uuid ORDER BY message_id LIMIT ${FACTS_A_LOOK}) AS f
      JOIN orders AS o ON o.id = f.order_id
    ORDER BY f.message_id`.execute(db);
  return {
    facts: rows.filter(({ unanswered }) => unanswered),
    next: rows.length < FACTS_A_LOOK ? null : (rows.at(-1)?.messageId ?? null),
  };
}
