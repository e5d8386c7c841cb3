import { type Kysely, sql } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import { askRepair, type RepairWanted } from '../ask-repair.ts';

/** What sweepers ask for, and why. */
const REASONS = {
  'run-workflow': 'the order is under way and no workflow of it is open',
  'tell-fact': 'the fact was recorded and the workflow has not heard of it',
  redrive: 'facts of the order are parked because its workflow had ended, and it waits for none now',
} as const satisfies Partial<Record<RepairWanted['kind'], string>>;

/** Why a fact is told to an order that has ended: it is refused then, and so answered. */
export const ENDED_WITHOUT_ANSWER = 'the order ended without an answer to the fact';

interface AskingSweeper {
  readonly orderId: string;
  readonly sweeper: string;
  /** Why; unless told, what the kind of repair is asked for as a rule. */
  readonly reason?: string | undefined;
}

type SweptFor = Extract<RepairWanted, { kind: keyof typeof REASONS }>;

/**
 * Asks for a repair as an administrator does. Not for one that was refused where the order stands now: it would be refused
 * at every look, each time with another row, until a person has set something right; who did asks himself. The order's next
 * move, or another ask that was not refused, makes a sweeper ask again.
 *
 * @returns whether it is asked for
 */
export async function askAsSweeper(
  db: Kysely<ShopDatabase>,
  { orderId, sweeper, reason }: AskingSweeper,
  wanted: SweptFor,
): Promise<boolean> {
  if (await wasRefused(db, orderId, wanted)) return false;
  const asking = { orderId, by: `sweeper ${sweeper}`, reason: reason ?? REASONS[wanted.kind] };
  const asked = await askRepair(db, asking, wanted);
  return asked !== undefined;
}

/** What came of the same ask the last time. Served by `order_repair_of_order`: an order has few repairs. */
async function wasRefused(db: Kysely<ShopDatabase>, orderId: string, wanted: SweptFor): Promise<boolean> {
  const messageId = 'messageId' in wanted ? wanted.messageId : null;
  const { rows } = await sql<{ refused: boolean }>`
    SELECT r.state = 'refused' AND r.after_seq = o.seq AS refused
    FROM order_repair AS r JOIN orders AS o ON o.id = r.order_id
    WHERE r.order_id = ${orderId} AND r.kind = ${wanted.kind} AND r.message_id IS NOT DISTINCT FROM ${messageId}
    ORDER BY r.id DESC LIMIT 1`.execute(db);
  return rows[0]?.refused ?? false;
}
