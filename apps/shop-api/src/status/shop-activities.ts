import { OFFER_ACCEPTED, type ShopActivities } from '@bezel/order-workflow';
import type { Outbox } from '@bezel/outbox';
import { log } from '@bezel/service';
import { ApplicationFailure } from '@temporalio/common';
import type { Kysely } from 'kysely';
import type { ShopDatabase } from '../database/shop-database.ts';
import { moveCounter } from '../stages/count-moves.ts';
import { OfferAcceptedError, OrderMoveImpossibleError } from './errors.ts';
import { moveOrder } from './move-order.ts';
import { recordDelay } from './record-delay.ts';
import { recordRefusedFact } from './record-refused-fact.ts';

/**
 * The activities of the task queue `orders`. What can never succeed fails for good; whatever else goes wrong (the
 * database away, a lock) is thrown as it is, and Temporal tries again.
 */
export function shopActivities(outbox: Outbox, db: Kysely<ShopDatabase>): ShopActivities {
  const counted = moveCounter();
  return {
    moveOrder: (move) =>
      forGood(async () => {
        await moveOrder(outbox, db, move);
        counted(move);
        log.info(
          { 'event.action': 'order-moved', 'bezel.order.seq': move.seq },
          `order moved: ${move.from} → ${move.to}`,
        );
      }),
    recordRefusedFact: (refusal) =>
      forGood(async () => {
        if (await recordRefusedFact(db, refusal)) return;
        throw new OrderMoveImpossibleError(refusal.orderId, 'there is no such order');
      }),
    recordDelay: (delay) =>
      forGood(async () => {
        if (!(await recordDelay(outbox, db, delay))) return;
        const { kind, status, seq } = delay;
        log.warn({ 'event.action': 'order-delayed', 'bezel.order.seq': seq }, `order delayed: ${kind} in ${status}`);
      }),
  };
}

async function forGood(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof OfferAcceptedError) throw ApplicationFailure.nonRetryable(error.message, OFFER_ACCEPTED);
    if (error instanceof OrderMoveImpossibleError) throw ApplicationFailure.nonRetryable(error.message, error.name);
    throw error;
  }
}
