import { isFinal } from '@bezel/order-workflow';
import { redriveOrder, transactionTime } from '@bezel/service';
import { sql, type Transaction } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import { inputOf, submissionOf } from '../../orchestrator/submission.ts';
import type { OrderRow } from '../../orders/view/order-resource.ts';
import { queryableOver } from './bring-messages.ts';
import { movedBack, statusAtEnd } from './ended-workflow.ts';
import type { Means, Outcome } from './means.ts';
import { playParkedFacts } from './parked-facts.ts';
import { type Recorded, stateOf } from './standing-order.ts';

/** Starts the order's workflow where the order stands, if it has none that is open or that ended by itself. */
export async function runWorkflow(
  trx: Transaction<ShopDatabase>,
  { workflows, settleMs }: Means,
  order: OrderRow,
): Promise<Outcome> {
  if (isFinal(order.status)) return { state: 'needless', outcome: `the order is ${order.status}` };
  const presence = await workflows.presenceOf(order.id);
  if (presence.is === 'open') {
    // Perhaps this repair started it, and was rolled back: what follows a start is done now.
    await keepRun(trx, order.id, presence.runId);
    return (await playParkedFacts(trx, order.id))
      ? { state: 'done', outcome: 'its workflow runs, and what was parked of it is played again' }
      : { state: 'needless', outcome: 'its workflow runs' };
  }
  if (presence.is === 'completed') {
    const status = await statusAtEnd(trx, order.id);
    return isFinal(status)
      ? { state: 'needless', outcome: `the order is ${status}` }
      : { state: 'refused', outcome: movedBack(status) };
  }
  if (presence.is === 'ended') {
    const endedForMs = (await transactionTime(trx)).getTime() - presence.since.getTime();
    if (endedForMs < settleMs) return { state: 'later' };
  }
  const state = stateOf(order, await recordedOf(trx, order));
  const begunBy = state === null ? await submissionOf(trx, order.id) : undefined;
  const started = await workflows.restartOrder(inputOf(order), begunBy, state);
  // Somebody else did meanwhile. The next look finds how that is.
  if (!started.started) return { state: 'later' };
  await keepRun(trx, order.id, started.runId);
  // Facts that came while it had no workflow were parked for this moment.
  const redriven = await redriveOrder(queryableOver(trx), order.id);
  const parked = redriven === 0 ? '' : ', and what was parked of it is played again';
  return { state: 'done', outcome: `its workflow was started where the order stands, ${order.status}${parked}` };
}

async function keepRun(trx: Transaction<ShopDatabase>, orderId: string, runId: string): Promise<void> {
  await trx
    .insertInto('order_workflow')
    .values({ order_id: orderId, run_id: runId })
    .onConflict((conflict) => conflict.column('order_id').doUpdateSet({ run_id: runId }))
    .execute();
}

/** Served by the primary keys. */
async function recordedOf(trx: Transaction<ShopDatabase>, order: OrderRow): Promise<Recorded> {
  const { rows } = await sql<{ enteredAt: Date; heard: string[]; delayed: boolean }>`
    SELECT (SELECT at FROM order_history WHERE order_id = ${order.id} AND seq = ${order.seq}) AS "enteredAt",
           EXISTS (SELECT FROM order_delay WHERE order_id = ${order.id} AND seq = ${order.seq}) AS delayed,
           ARRAY(
             SELECT id::text FROM (
               SELECT caused_by AS id, at FROM order_history WHERE order_id = ${order.id} AND caused_by IS NOT NULL
               UNION ALL
               SELECT message_id, at FROM order_refused_fact WHERE order_id = ${order.id}
             ) AS heard ORDER BY at
           ) AS heard`.execute(trx);
  const [row] = rows;
  if (row === undefined) throw new Error('a SELECT without FROM has one row');
  return row;
}
