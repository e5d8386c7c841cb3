import { OrderStatusChanged } from '@bezel/contracts';
import { isFinal, OFFER_EXPIRED, type OrderMove } from '@bezel/order-workflow';
import { type Outbox, uuidv7 } from '@bezel/outbox';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { ShopDatabase } from '../database/shop-database.ts';
import { lockOrder } from '../orders/facts/lock-order.ts';
import type { OrderRow } from '../orders/view/order-resource.ts';
import { OfferAcceptedError, OrderMoveImpossibleError } from './errors.ts';
import { judgeMove, type MoveMade } from './judge-move.ts';

/**
 * Moves an order: status, history row and OrderStatusChanged in one transaction. `(orderId, seq)` is the move's identity;
 * the same move a second time changes nothing and succeeds.
 *
 * The order's row is locked first. Two runs of one move wait for each other there, and so does whoever records a fact
 * about the order. Should anything slip past the lock, the constraints of `order_history` refuse it.
 *
 * @throws OrderMoveImpossibleError when the move does not fit the history
 * @throws OfferAcceptedError when the move ends an offer whose acceptance is recorded
 */
export const moveOrder = (outbox: Outbox, db: Kysely<ShopDatabase>, move: OrderMove): Promise<void> =>
  db.transaction().execute((trx) => moveWithin(outbox, trx, move));

/** The same in the caller's transaction. */
export async function moveWithin(outbox: Outbox, trx: Transaction<ShopDatabase>, move: OrderMove): Promise<void> {
  const order = await lockOrder(trx, (eb) => eb('id', '=', move.orderId));
  if (order === undefined) throw new OrderMoveImpossibleError(move.orderId, 'there is no such order');
  const judgement = judgeMove(order, move, await moveMade(trx, move));
  if (judgement.kind === 'impossible') throw new OrderMoveImpossibleError(move.orderId, judgement.why);
  if (judgement.kind === 'made before') return;
  if (endsOffer(move) && (await offerWasAccepted(trx, order))) throw new OfferAcceptedError(move.orderId);
  await makeMove(outbox, trx, order, move);
}

/** The clock's move. A customer may give the same reason: that move has a cause. */
const endsOffer = ({ from, causedBy, reason }: OrderMove): boolean =>
  from === 'PRICED' && causedBy === undefined && reason === OFFER_EXPIRED;

/** Served by `order_fact_said_once`. The order's lock keeps an acceptance from being recorded after this look. */
const offerWasAccepted = async (trx: Transaction<ShopDatabase>, order: OrderRow): Promise<boolean> =>
  (await trx
    .selectFrom('order_fact')
    .select('message_id')
    .where('order_id', '=', order.id)
    .where('kind', '=', 'price-accepted')
    .where('offer_id', '=', order.offer?.offerId ?? null)
    .executeTakeFirst()) !== undefined;

/** Served by the primary key. */
const moveMade = (trx: Transaction<ShopDatabase>, { orderId, seq }: OrderMove): Promise<MoveMade | undefined> =>
  trx
    .selectFrom('order_history')
    .select(['from_status as from', 'to_status as to', 'reason', 'caused_by as causedBy', 'offer'])
    .where('order_id', '=', orderId)
    .where('seq', '=', seq)
    .executeTakeFirst();

async function makeMove(
  outbox: Outbox,
  trx: Transaction<ShopDatabase>,
  order: OrderRow,
  move: OrderMove,
): Promise<void> {
  const { seq, from, to, reason, offer, causedBy } = move;
  const offerJson = offer === undefined ? null : JSON.stringify(offer);
  const { at } = await trx
    .insertInto('order_history')
    .values({
      order_id: order.id,
      seq,
      from_status: from,
      to_status: to,
      reason: reason ?? null,
      caused_by: causedBy ?? null,
      offer: offerJson,
    })
    .returning('at')
    .executeTakeFirstOrThrow();
  await trx
    .updateTable('orders')
    .set({
      status: to,
      seq,
      updated_at: sql<Date>`now()`,
      reason: reason ?? null,
      ...(offerJson === null ? {} : { offer: offerJson }),
      ...timing(move),
    })
    .where('id', '=', order.id)
    .execute();
  const messageId = uuidv7();
  const data = {
    orderId: order.id,
    orderNumber: order.number,
    tenant: order.tenant,
    customerId: order.customer_id,
    seq,
    from,
    to,
    at: at.toISOString(),
    ...(reason === undefined ? {} : { reason }),
    ...(offer === undefined ? {} : { offer }),
    ...(move.deadline === undefined ? {} : { deadline: move.deadline }),
    ...(move.promisedAt === undefined ? {} : { promisedAt: move.promisedAt }),
  };
  await outbox.write(trx, OrderStatusChanged, data, { id: messageId });
  // The partner is told by this event: the last step of a cancellation is done with the move that ends it.
  if (to === 'CANCELLED' && causedBy !== undefined && order.channel === 'partner') {
    await trx
      .insertInto('order_compensation')
      .values({ order_id: order.id, step: 'partner-told', message_id: messageId, after_seq: seq, at })
      .execute();
  }
}

/**
 * What a move does to the times of an order and its marks: the deadline is that of the new status, which is not late yet; a
 * promise once made stands; and of an order that has ended nothing is expected any more.
 */
const timing = ({ to, deadline, promisedAt }: OrderMove) => ({
  stage_deadline: deadline ?? null,
  late: false,
  ...(promisedAt === undefined ? {} : { promised_at: sql<string>`coalesce(promised_at, ${promisedAt})` }),
  ...(isFinal(to) ? { expected_at: null, predicted_late: false } : {}),
});
