import { OrderDelayed, ProjectingAsked, PublishingAsked, RedriveAsked } from '@bezel/contracts';
import type { EventData, Queryable } from '@bezel/outbox';
import { publishAgain, redriveOrder } from '@bezel/service';
import { CompiledQuery, type Transaction } from 'kysely';
import type { ProjectDetails, PublishDetails, ShopDatabase } from '../../database/shop-database.ts';
import type { OrderRow } from '../../orders/view/order-resource.ts';
import type { RepairRow } from '../ask-repair.ts';
import type { Outcome, RepairOptions } from './means.ts';
import { isToldAsMade, isToldAsRecorded, moveIn } from './told-as-made.ts';

/** What these repairs are carried out with. */
export type BringingMeans = Pick<RepairOptions, 'pool' | 'outbox'>;

/**
 * Plays again what is parked of the order here, and asks the other apps to do likewise: only they know what they have parked.
 */
export async function redrive(
  trx: Transaction<ShopDatabase>,
  { outbox }: BringingMeans,
  repair: RepairRow,
): Promise<Outcome> {
  const keys = await redriveOrder(queryableOver(trx), repair.order_id);
  await outbox.write(trx, RedriveAsked, askedBy(repair));
  const here =
    keys === 0 ? 'nothing is parked of the order in the shop' : 'what is parked of the order is played again';
  return { state: 'done', outcome: `${here}; the other apps are asked to play again what they have parked` };
}

/**
 * Has a message published again from the outbox it was written to. The shop's own is asked for in a transaction of its own: should
 * this one be rolled back, it is asked for again, and another copy is passed over by who has the message.
 */
export async function publishWhereWritten(
  trx: Transaction<ShopDatabase>,
  { pool, outbox }: BringingMeans,
  repair: RepairRow,
): Promise<Outcome> {
  const { of, shard, seq } = repair.details as PublishDetails;
  const messageId = repair.message_id ?? '';
  if (of !== 'shop') {
    await outbox.write(trx, PublishingAsked, { ...askedBy(repair), of, messageId, shard, seq });
    return { state: 'done', outcome: `${of} is asked to publish its message again` };
  }
  switch (await publishAgain(pool, { orderId: repair.order_id, messageId, shard, seq })) {
    case 'asked':
      return { state: 'done', outcome: 'the message is published again' };
    case 'waiting':
      return { state: 'needless', outcome: 'the relay has yet to send it, or it is parked' };
    case 'unknown':
      return { state: 'refused', outcome: 'the outbox has no such message of this order at that place any more' };
  }
}

/**
 * Asks whoever took a move or a delay and does not show it, the CRM or the MES, to show it. Only what the shop has itself is told: an
 * event that somebody made up, or changed, goes nowhere.
 */
export async function askToProject(
  trx: Transaction<ShopDatabase>,
  { outbox }: BringingMeans,
  order: OrderRow,
  repair: RepairRow,
): Promise<Outcome> {
  const { event } = repair.details as ProjectDetails;
  const { what, doubt } = await (event.type === OrderDelayed.type ? delayIn : madeIn)(trx, order, repair);
  if (doubt !== null) return { state: 'refused', outcome: `${doubt}: a person must find out where that was told` };
  await outbox.write(trx, ProjectingAsked, { ...askedBy(repair), messageId: repair.message_id ?? '', event });
  return { state: 'done', outcome: `whoever took ${what} and does not show it is asked to` };
}

/** What an event tells of, and in what it differs from what the shop has. */
interface Compared {
  readonly what: string;
  readonly doubt: string | null;
}

/** Served by the primary key. */
async function madeIn(trx: Transaction<ShopDatabase>, order: OrderRow, repair: RepairRow): Promise<Compared> {
  const { event } = repair.details as ProjectDetails;
  const { seq, to } = moveIn(event);
  const what = `the move ${seq} to ${to}`;
  const made = await trx
    .selectFrom('order_history')
    .selectAll()
    .where('order_id', '=', order.id)
    .where('seq', '=', seq)
    .where('to_status', '=', to)
    .executeTakeFirst();
  if (made === undefined) return { what, doubt: `the order never made ${what}` };
  const asMade = isToldAsMade(order, made, event);
  return { what, doubt: asMade ? null : `the event tells otherwise of ${what} than the shop has it` };
}

/** Served by the primary key. */
async function delayIn(trx: Transaction<ShopDatabase>, order: OrderRow, repair: RepairRow): Promise<Compared> {
  const told = (repair.details as ProjectDetails).event.data as EventData<typeof OrderDelayed>;
  const what = `${told.kind} after move ${told.seq}`;
  const recorded = await trx
    .selectFrom('order_delay')
    .selectAll()
    .where('order_id', '=', order.id)
    .where('seq', '=', told.seq)
    .where('kind', '=', told.kind)
    .where('message_id', '=', repair.message_id)
    .executeTakeFirst();
  if (recorded === undefined) return { what, doubt: `${what} was never told by this message` };
  const asRecorded = isToldAsRecorded(order, recorded, told);
  return { what, doubt: asRecorded ? null : `the event tells otherwise of ${what} than the shop has it` };
}

const askedBy = ({ id, order_id, at }: RepairRow) => ({ repairId: id, orderId: order_id, at: at.toISOString() });

/** An open transaction as the outbox's functions take it. */
export const queryableOver = (trx: Transaction<ShopDatabase>): Queryable => ({
  async query(text, params = []) {
    const { rows, numAffectedRows } = await trx.executeQuery(CompiledQuery.raw(text, [...params]));
    return { rows: rows as Record<string, unknown>[], rowCount: Number(numAffectedRows ?? 0) };
  },
});
