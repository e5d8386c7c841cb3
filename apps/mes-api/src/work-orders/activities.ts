import { type MesActivities, WORK_ORDER_SHIPPED } from '@bezel/order-workflow';
import type { Outbox } from '@bezel/outbox';
import { log } from '@bezel/service';
import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Kysely } from 'kysely';
import type { MesDatabase } from '../database/mes-database.ts';
import { OrderWithdrawnError, openWorkOrder } from './open-work-order.ts';
import { tellFailedWithdrawal } from './tell-failed-withdrawal.ts';
import { WorkOrderShippedError, withdrawWorkOrder } from './withdraw-work-order.ts';

/** Failure type of an opening that came after the withdrawal; only an attempt nobody waits for any more can see it. */
export const ORDER_WITHDRAWN = 'OrderWithdrawn';

/**
 * The MES's side of the order workflow. Whatever is not named here (a database that is away, a lock not had in time)
 * is a fault: Temporal tries again without end.
 */
export function mesActivities(outbox: Outbox, db: Kysely<MesDatabase>): MesActivities {
  return {
    async openWorkOrder(input) {
      try {
        return await openWorkOrder(outbox, db, input);
      } catch (error) {
        throw error instanceof OrderWithdrawnError
          ? ApplicationFailure.nonRetryable(error.message, ORDER_WITHDRAWN)
          : error;
      }
    },
    async withdrawWorkOrder(input) {
      try {
        log.info({ 'event.outcome': await withdrawWorkOrder(outbox, db, input) }, `withdrawal: ${input.reason}`);
      } catch (error) {
        if (error instanceof WorkOrderShippedError) {
          throw ApplicationFailure.nonRetryable(error.message, WORK_ORDER_SHIPPED);
        }
        await tellFailedWithdrawal(outbox, db, { orderId: input.orderId, attempt: activityInfo().attempt, error });
        throw error;
      }
    },
  };
}
