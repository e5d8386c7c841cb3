import { isFinal } from '@bezel/order-workflow';
import { sql, type Transaction } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import type { OrderRow } from '../../orders/view/order-resource.ts';
import { recordRefusedFact } from '../../status/record-refused-fact.ts';
import type { RepairRow } from '../ask-repair.ts';
import { movedBack, statusAtEnd } from './ended-workflow.ts';
import type { Means, Outcome } from './means.ts';
import { provenFact } from './proven-fact.ts';

/** Tells the workflow a fact that is in the outbox and not in the order's history; refuses it, if the order is final. */
export async function tellFact(
  trx: Transaction<ShopDatabase>,
  { workflows }: Means,
  order: OrderRow,
  repair: RepairRow,
): Promise<Outcome> {
  const messageId = repair.message_id ?? '';
  const { rows } = await sql<{ answered: boolean }>`
    SELECT EXISTS (SELECT FROM order_history WHERE order_id = ${order.id} AND caused_by = ${messageId})
        OR EXISTS (SELECT FROM order_refused_fact WHERE order_id = ${order.id} AND message_id = ${messageId})
        AS answered`.execute(trx);
  if (rows[0]?.answered) return { state: 'needless', outcome: 'the fact is in the history already' };
  const proven = await provenFact(trx, repair);
  if ('unproven' in proven) {
    return { state: 'refused', outcome: `${proven.unproven}: a person must find out what it was` };
  }
  const { fact } = proven;
  let { status } = order;
  if (!isFinal(status)) {
    const told = await workflows.signalFact(order.id, fact);
    if (told.delivered) return { state: 'done', outcome: `the workflow was told again: ${fact.kind}` };
    // Another workflow follows one that is unknown, or was ended from outside, but none that ended by itself.
    if (told.why === 'unknown' || (await workflows.presenceOf(order.id)).is !== 'completed') return { state: 'later' };
    status = await statusAtEnd(trx, order.id);
    if (!isFinal(status)) return { state: 'refused', outcome: movedBack(status) };
  }
  const { kind, at } = fact;
  await recordRefusedFact(trx, { orderId: order.id, messageId, kind, status, reason: 'order-ended', at });
  return { state: 'done', outcome: `refused, the order is ${status}: ${kind}` };
}
