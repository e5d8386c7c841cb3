import {
  TemporalCallRefusedError,
  TemporalNotPreparedError,
  TemporalUnavailableError,
} from '@bezel/order-workflow/client';
import { log, withOrder } from '@bezel/service';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { ShopDatabase } from '../../database/shop-database.ts';
import type { RepairRow } from '../ask-repair.ts';
import { askToProject, publishWhereWritten, redrive } from './bring-messages.ts';
import { type Means, type Outcome, type RepairOptions, type RepairWorkflows, SETTLE_MS } from './means.ts';
import { runWorkflow } from './run-workflow.ts';
import { tellFact } from './tell-fact.ts';

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
