import type { OrderStatus } from '@bezel/contracts';
import { isFinal } from '@bezel/order-workflow';
import {
  TemporalCallRefusedError,
  TemporalNotPreparedError,
  TemporalUnavailableError,
} from '@bezel/order-workflow/client';
import { log, redriveOrder, transactionTime, withOrder } from '@bezel/service';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import { inputOf, submissionOf } from '../../orchestrator/submission.ts';
import type { OrderRow } from '../../orders/view/order-resource.ts';
import { recordRefusedFact } from '../../status/record-refused-fact.ts';
import type { RepairRow } from '../ask-repair.ts';
import { askToProject, publishWhereWritten, queryableOver, redrive } from './bring-messages.ts';
import type { Outcome, RepairOptions, RepairWorkflows } from './means.ts';
import { playParkedFacts } from './parked-facts.ts';
import { provenFact } from './proven-fact.ts';
import { type Recorded, stateOf } from './standing-order.ts';

/** An activity's attempt may outlive its workflow by as much (`startToCloseTimeout`, and some): it could still move the order. */
export const SETTLE_MS = 30_000;

/** A repair as it was asked for, and what came of it. */
export interface CarriedOut {
  readonly repair: RepairRow;
  readonly result: Outcome;
  /** Whether it came to a call to Temporal, answered or not. */
  readonly askedTemporal: boolean;
}

/**
 * Carries out the repair that has waited longest, if there is one that nobody is at. The call to Temporal happens inside the
 * transaction that says what came of it, and at least once: after a rollback it is made again, and has no second effect (one
 * workflow an order; the workflow knows the ids of the facts it heard).
 *
 * @param after repairs up to this id are left out; those that have to wait stay for the next round
 * @param which a condition on the row; all unless told
 * @returns undefined when there is none
 */
export const carryOutNext = (
  { db, settleMs = SETTLE_MS, workflows, ...means }: RepairOptions,
  after: string | null,
  which: RawBuilder<unknown> = sql`true`,
): Promise<CarriedOut | undefined> =>
  db.transaction().execute(async (trx) => {
    const { rows } = await sql<RepairRow>`
      SELECT * FROM order_repair WHERE state = 'asked' AND (${after}::uuid IS NULL OR id > ${after}::uuid) AND ${which}
      ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`.execute(trx);
    const [repair] = rows;
    if (repair === undefined) return undefined;
    let askedTemporal = false;
    const noted = notingCalls(workflows, () => {
      askedTemporal = true;
    });
    const result = await withOrder(repair.order_id, () =>
      carryOut(trx, { ...means, workflows: noted, settleMs }, repair).catch(byTemporal),
    );
    if ('outcome' in result) {
      await trx
        .updateTable('order_repair')
        .set({ state: result.state, outcome: result.outcome, ended_at: sql<Date>`now()` as never })
        .where('id', '=', repair.id)
        .execute();
      const fields = { 'event.action': 'order-repaired', 'bezel.repair.id': repair.id };
      log.warn(fields, `repair ${repair.kind} ${result.state}: ${result.outcome}`);
    }
    return { repair, result, askedTemporal };
  });

const notingCalls = (workflows: RepairWorkflows, note: () => void): RepairWorkflows => ({
  restartOrder(...about) {
    note();
    return workflows.restartOrder(...about);
  },
  presenceOf(...about) {
    note();
    return workflows.presenceOf(...about);
  },
  signalFact(...about) {
    note();
    return workflows.signalFact(...about);
  },
});

/**
 * Neither what Temporal will never take nor what it cannot be asked now must keep the repairs behind it waiting. A call that failed
 * has changed nothing in this transaction. Anything else, such as the database, ends the look.
 */
function byTemporal(error: unknown): Outcome {
  if (error instanceof TemporalCallRefusedError) {
    return { state: 'refused', outcome: `${error.message}: a person must find out what is wrong with the order` };
  }
  if (error instanceof TemporalUnavailableError || error instanceof TemporalNotPreparedError) {
    log.warn({ err: error }, 'a repair waits for Temporal');
    return { state: 'unanswered' };
  }
  throw error;
}

type Means = Required<Omit<RepairOptions, 'db'>>;

async function carryOut(trx: Transaction<ShopDatabase>, means: Means, repair: RepairRow): Promise<Outcome> {
  const order = await trx.selectFrom('orders').selectAll().where('id', '=', repair.order_id).executeTakeFirstOrThrow();
  switch (repair.kind) {
    case 'run-workflow':
      return runWorkflow(trx, means, order);
    case 'tell-fact':
      return tellFact(trx, means, order, repair);
    case 'redrive':
      return redrive(trx, means, repair);
    case 'publish-again':
      return publishWhereWritten(trx, means, repair);
    case 'project-again':
      return askToProject(trx, means, order, repair);
  }
}

async function runWorkflow(
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

/** A workflow commits the order's last move before it ends: what the order is after a look at that end, it stays. */
async function statusAtEnd(trx: Transaction<ShopDatabase>, orderId: string): Promise<OrderStatus> {
  const { status } = await trx
    .selectFrom('orders')
    .select('status')
    .where('id', '=', orderId)
    .executeTakeFirstOrThrow();
  return status;
}

const movedBack = (status: OrderStatus): string =>
  `its workflow ended by itself and the order is ${status}: a person must find out who moved the order back, and set it right by hand`;

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

async function tellFact(
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
