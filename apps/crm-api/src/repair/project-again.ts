import { OrderDelayed, OrderStatusChanged, OrderSubmitted, type ProjectingAsked } from '@bezel/contracts';
import type { EventData } from '@bezel/outbox/event';
import { dataOf, type ProjectedAgain, wasTaken } from '@bezel/service';
import { type Kysely, sql } from 'kysely';
import type { CrmDatabase } from '../database/crm-database.ts';
import { recordDelayMessage } from '../messages/record-message.ts';
import { applyLatestMove } from '../projection/apply-latest-move.ts';
import { projectDelay, projectMove, projectSubmitted } from '../projection/project-order.ts';

type Asked = Pick<EventData<typeof ProjectingAsked>, 'messageId' | 'event'>;

/**
 * Enters a move or a delay that was taken and is not shown, from its event, and what the customer was to be told. A move that is
 * shown stays alone, whichever message somebody names for it, and a message of the order that shows a move shows no other. The
 * order's row is brought up to the moves that are shown.
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
  if (moved !== undefined) {
    return once(trx, { messageId, ...moved }, () => projectMove(trx, { id: messageId, data: moved }));
  }
  const delayed = dataOf(OrderDelayed, event);
  return delayed === undefined ? 'unfit' : delayAgain(trx, { id: messageId, data: delayed });
}

interface Entering {
  readonly messageId: string;
  readonly orderId: string;
  readonly seq: number;
  readonly at: string;
}

async function once(trx: Kysely<CrmDatabase>, move: Entering, enter: () => Promise<void>): Promise<ProjectedAgain> {
  const { messageId, orderId, seq } = move;
  await lockRepairs(trx, orderId);
  // Served by `order_move_order`.
  const { rows } = await sql<{ shown: boolean }>`
    SELECT EXISTS (
      SELECT FROM order_move
      WHERE order_id = ${orderId}::uuid AND (seq = ${seq}::integer OR message_id = ${messageId}::uuid)
    ) AS shown`.execute(trx);
  if (rows[0]?.shown) return (await applyLatestMove(trx, orderId)) ? 'projected' : 'shown';
  if (!(await wasTaken(trx, move))) return 'not-taken';
  await enter();
  return 'projected';
}

/** The delay and the message to the customer each have the id of the message that told them: what is there is left alone. */
async function delayAgain(trx: Kysely<CrmDatabase>, told: Delayed): Promise<ProjectedAgain> {
  const { id, data } = told;
  await lockRepairs(trx, data.orderId);
  // Served by `order_delay_order` and the primary key of `customer_message`.
  const { rows } = await sql<{ shown: boolean; heard: boolean }>`
    SELECT EXISTS (SELECT FROM order_delay WHERE order_id = ${data.orderId}::uuid AND message_id = ${id}::uuid) AS shown,
           EXISTS (SELECT FROM customer_message WHERE id = ${id}::uuid) AS heard`.execute(trx);
  const shown = rows[0]?.shown ?? false;
  const heard = (rows[0]?.heard ?? false) || !data.tells.includes('customer');
  if (shown && heard) return 'shown';
  if (!(await wasTaken(trx, { messageId: id, at: data.at }))) return 'not-taken';
  if (!shown) await projectDelay(trx, told);
  if (!heard) await recordDelayMessage(trx, told);
  return 'projected';
}

interface Delayed {
  readonly id: string;
  readonly data: EventData<typeof OrderDelayed>;
}

const lockRepairs = (trx: Kysely<CrmDatabase>, orderId: string) =>
  sql`SELECT pg_advisory_xact_lock(hashtextextended(${`project-again ${orderId}`}, 0))`.execute(trx);
