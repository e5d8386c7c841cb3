import { type OrderStatus, OrderSubmitted } from '@bezel/contracts';
import { type Fact, isFinal } from '@bezel/order-workflow';
import type { HandlerContext, ReceivedEvent } from '@bezel/outbox';
import { type EventOf, OnEvent } from '@bezel/outbox/nestjs';
import { failpoint, kyselyOver, log, withOrder } from '@bezel/service';
import type { Kysely } from 'kysely';
import type { ShopDatabase } from '../database/shop-database.ts';
import { recordRefusedFact } from '../status/record-refused-fact.ts';
import { OrderUnknownError, WorkflowEndedError, WorkflowMissingError } from './errors.ts';
import { OnEveryFact, readFact } from './facts.ts';
import { ORCHESTRATOR_FAILPOINTS } from './failpoints.ts';
import type { OrderWorkflows } from './order-workflows.ts';
import { inputOf, submissionOf } from './submission.ts';

/**
 * What the orchestrator does with events: a submission starts the order's workflow, a fact is told to it.
 *
 * The calls to Temporal happen inside the consumer's transaction and at least once: after a rollback they are made again,
 * and have no second effect (one workflow an order; the workflow knows the ids of the facts it heard). Temporal away makes
 * the batch fail; it is tried again, and nothing is lost.
 */
export class Orchestrator {
  constructor(private readonly workflows: OrderWorkflows) {}

  @OnEvent(OrderSubmitted)
  async submitted(event: EventOf<typeof OrderSubmitted>, { tx }: HandlerContext): Promise<void> {
    const { orderId, ...order } = event.data;
    await withOrder(orderId, async () => {
      const db = kyselyOver<ShopDatabase>(tx);
      const status = await statusOf(db, orderId);
      if (isFinal(status)) return;
      // Temporal keeps ended workflows for a time only: an old copy of this event must not begin the order afresh. One that
      // has gone on was begun, perhaps by a transaction that was lost and with it the record of the run.
      const start = status === 'SUBMITTED' ? await this.workflows.startOrder({ orderId, ...order }, event.id) : null;
      const runId = start?.started === true ? start.runId : await this.workflows.runIdOf(orderId);
      if (runId === undefined) return;
      await failpoint(ORCHESTRATOR_FAILPOINTS.workflowStarted, event);
      await db
        .insertInto('order_workflow')
        .values({ order_id: orderId, run_id: runId })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    });
  }

  @OnEveryFact
  async told(event: ReceivedEvent, { tx }: HandlerContext): Promise<void> {
    const { orderId } = event.data as { readonly orderId: string };
    await withOrder(orderId, async () => {
      const db = kyselyOver<ShopDatabase>(tx);
      const fact: Fact = { messageId: event.id, ...readFact(event) };
      const before = await statusOf(db, orderId);
      if (isFinal(before)) return refuse(db, orderId, before, fact);
      let told = await this.workflows.signalFact(orderId, fact);
      if (
        !told.delivered &&
        told.why === 'unknown' &&
        before === 'SUBMITTED' &&
        (await this.#beginAhead(db, orderId))
      ) {
        told = await this.workflows.signalFact(orderId, fact);
      }
      await failpoint(ORCHESTRATOR_FAILPOINTS.factTold, event);
      if (told.delivered) {
        log.info({ 'event.action': 'fact-told', 'bezel.message.id': event.id }, `fact told: ${fact.kind}`);
        return;
      }
      // It ended between the look and the call; its last status was committed before that.
      const after = await statusOf(db, orderId);
      if (!isFinal(after)) {
        throw told.why === 'unknown' ? new WorkflowMissingError(orderId) : new WorkflowEndedError(orderId);
      }
      await refuse(db, orderId, after, fact);
    });
  }

  /**
   * Begins an order of which a fact came out of turn, before its submission: that may wait behind the fact, which would wait for it.
   * The submission finds the workflow when it comes. Answers false when the outbox has forgotten it: the sweepers begin such an order.
   */
  async #beginAhead(db: Kysely<ShopDatabase>, orderId: string): Promise<boolean> {
    const messageId = await submissionOf(db, orderId);
    if (messageId === undefined) return false;
    // Served by the primary key.
    const order = await db.selectFrom('orders').selectAll().where('id', '=', orderId).executeTakeFirstOrThrow();
    await this.workflows.startOrder(inputOf(order), messageId);
    return true;
  }
}

async function refuse(db: Kysely<ShopDatabase>, orderId: string, status: OrderStatus, fact: Fact): Promise<void> {
  const { messageId, kind, at } = fact;
  await recordRefusedFact(db, { orderId, messageId, kind, status, reason: 'order-ended', at });
  log.warn({ 'event.action': 'fact-refused', 'bezel.message.id': messageId }, `fact refused: ${kind}, order ${status}`);
}

/** Served by the primary key; nothing is locked, so no move waits for this transaction. */
async function statusOf(db: Kysely<ShopDatabase>, orderId: string): Promise<OrderStatus> {
  const order = await db.selectFrom('orders').select('status').where('id', '=', orderId).executeTakeFirst();
  if (order === undefined) throw new OrderUnknownError(orderId);
  return order.status;
}
