import type { Outbox } from '@bezel/outbox';
import { type CallerIdentity, concernsOrder, found, ProblemError } from '@bezel/service';
import { sql, type Transaction } from 'kysely';
import type { MesDatabase } from '../database/mes-database.ts';
import { consumeMaterial } from '../material/stock.ts';
import { refusalOf, STEPS, type StepName, type StepTaker } from './steps.ts';

/**
 * Takes one step with a work order: the new status and its event, in the caller's transaction. Of any number of
 * requests at once for one step, one is served and the others are refused as if they had come later.
 *
 * @throws ProblemError 404 `work_order_not_found`, 409 `illegal_action`, 403 `claimed_by_another`
 */
export async function takeStep(
  outbox: Outbox,
  trx: Transaction<MesDatabase>,
  step: StepName,
  id: string,
  caller: CallerIdentity,
): Promise<void> {
  const taker: StepTaker = { sub: caller.sub, admin: caller.roles.includes('admin') };
  const moved = (await move(step, id, taker).execute(trx)).rows[0];
  if (moved === undefined) {
    throw await refused(trx, step, id, taker);
  }
  concernsOrder(moved.order_id);
  await outbox.write(trx, STEPS[step].event, {
    orderId: moved.order_id,
    workOrderId: id,
    by: caller.sub,
    at: moved.updated_at.toISOString(),
  });
  if (step === 'ship') {
    await consumeMaterial(trx, moved.order_id, moved.metal);
  }
}

/**
 * The guard stands in the UPDATE itself. Two at once: the second waits for the row, then READ COMMITTED evaluates the
 * WHERE again on the row the first one left, finds another status and changes nothing. Served by the primary key.
 */
const move = (step: StepName, id: string, taker: StepTaker) =>
  sql<MovedRow>`
    UPDATE work_order
    SET status = ${STEPS[step].to},
        claimed_by = CASE WHEN ${step === 'claim'} THEN ${taker.sub} ELSE claimed_by END,
        updated_at = now()
    WHERE id = ${id} AND status = ${STEPS[step].from}
      AND (${step === 'claim' || taker.admin} OR claimed_by = ${taker.sub})
    RETURNING order_id, metal, updated_at`;

interface MovedRow {
  readonly order_id: string;
  readonly metal: MesDatabase['work_order']['metal'];
  readonly updated_at: Date;
}

async function refused(
  trx: Transaction<MesDatabase>,
  step: StepName,
  id: string,
  taker: StepTaker,
): Promise<ProblemError> {
  const row = await trx
    .selectFrom('work_order')
    .select(['id', 'order_id', 'status', 'claimed_by'])
    .where('id', '=', id)
    .executeTakeFirst();
  const workOrder = found(row, 'work order', id);
  concernsOrder(workOrder.order_id);
  const refusal = refusalOf(step, workOrder, taker);
  if (refusal === undefined) {
    throw new Error(`work order ${id} could be ${step}ed and was not: the statement and the rule disagree`);
  }
  return new ProblemError(refusal);
}
