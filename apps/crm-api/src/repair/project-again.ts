import { OrderStatusChanged, OrderSubmitted, type ProjectingAsked } from '@bezel/contracts';
import type { EventData } from '@bezel/outbox/event';
import { dataOf, type ProjectedAgain } from '@bezel/service';
import { type Kysely, sql } from 'kysely';
import type { CrmDatabase } from '../database/crm-database.ts';
import { projectMove, projectSubmitted } from '../projection/project-order.ts';

type Asked = Pick<EventData<typeof ProjectingAsked>, 'messageId' | 'event'>;

/**
 * Enters a move that was taken and is not shown, from its event.
 *
 * Safe under concurrency: who repairs the same message waits at the lock, and then sees what was entered before him. Whoever handles
 * the message itself cannot be at it: its inbox row is committed, so every further copy is passed over.
 */
export async function projectAgain(trx: Kysely<CrmDatabase>, { messageId, event }: Asked): Promise<ProjectedAgain> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`project-again ${messageId}`}, 0))`.execute(trx);
  const { rows } = await sql<{ taken: boolean; shown: boolean }>`
    SELECT EXISTS (SELECT FROM outbox.inbox WHERE id = ${messageId}) AS taken,
           EXISTS (SELECT FROM order_move WHERE order_id = ${orderIn(event.data)}::uuid AND message_id = ${messageId}::uuid)
             AS shown`.execute(trx);
  if (rows[0]?.shown) return 'shown';
  if (!rows[0]?.taken) return 'not-taken';
  const submitted = dataOf(OrderSubmitted, event);
  if (submitted !== undefined) {
    await projectSubmitted(trx, { id: messageId, data: submitted });
    return 'projected';
  }
  const moved = dataOf(OrderStatusChanged, event);
  if (moved === undefined) return 'unfit';
  await projectMove(trx, { id: messageId, data: moved });
  return 'projected';
}

const orderIn = (data: unknown): string | null =>
  typeof data === 'object' && data !== null && 'orderId' in data ? String(data.orderId) : null;
