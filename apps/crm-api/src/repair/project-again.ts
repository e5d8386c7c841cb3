import { OrderStatusChanged, OrderSubmitted, type ProjectingAsked } from '@bezel/contracts';
import type { EventData } from '@bezel/outbox/event';
import { dataOf, type ProjectedAgain, wasTaken } from '@bezel/service';
import { type Kysely, sql } from 'kysely';
import type { CrmDatabase } from '../database/crm-database.ts';
import { projectMove, projectSubmitted } from '../projection/project-order.ts';

type Asked = Pick<EventData<typeof ProjectingAsked>, 'messageId' | 'event'>;

/**
 * Enters a move that was taken and is not shown, from its event. A move that is shown stays alone, whichever message somebody
 * names for it, and a message of the order that shows a move shows no other.
 *
 * Safe under concurrency: who repairs the same order waits at the lock, and then sees what was entered before him. Whoever handles
 * the message itself cannot be at it: its inbox row is committed, so every further copy is passed over.
 */
export async function projectAgain(trx: Kysely<CrmDatabase>, { messageId, event }: Asked): Promise<ProjectedAgain> {
  const submitted = dataOf(OrderSubmitted, event);
  const moved = dataOf(OrderStatusChanged, event);
  if (submitted !== undefined) {
    const { orderId, submittedAt: at } = submitted;
    return once(trx, { messageId, orderId, seq: 0, at }, () =>
      projectSubmitted(trx, { id: messageId, data: submitted }),
    );
  }
  if (moved === undefined) return 'unfit';
  return once(trx, { messageId, ...moved }, () => projectMove(trx, { id: messageId, data: moved }));
}

interface Entering {
  readonly messageId: string;
  readonly orderId: string;
  readonly seq: number;
  readonly at: string;
}

async function once(trx: Kysely<CrmDatabase>, move: Entering, enter: () => Promise<void>): Promise<ProjectedAgain> {
  const { messageId, orderId, seq } = move;
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`project-again ${orderId}`}, 0))`.execute(trx);
  // Served by `order_move_order`.
  const { rows } = await sql<{ shown: boolean }>`
    SELECT EXISTS (
      SELECT FROM order_move
      WHERE order_id = ${orderId}::uuid AND (seq = ${seq}::integer OR message_id = ${messageId}::uuid)
    ) AS shown`.execute(trx);
  if (rows[0]?.shown) return 'shown';
  if (!(await wasTaken(trx, move))) return 'not-taken';
  await enter();
  return 'projected';
}
