import type { OrderDelayed, OrderStatusChanged, OrderSubmitted } from '@bezel/contracts';
import type { EventData } from '@bezel/outbox/event';
import type { Kysely } from 'kysely';
import type { CrmDatabase } from '../database/crm-database.ts';
import { applyLatestMove } from './apply-latest-move.ts';

/** A message that told of an order, with the id the inbox knows it by. */
interface Told<Data> {
  readonly id: string;
  readonly data: Data;
}

/**
 * Enters a new order with move 0. Moves that were told before it (they cannot be, while one key has one partition; but
 * nothing here relies on it) are caught up by {@link applyLatestMove}.
 *
 * Runs in the transaction of the inbox row, which is what makes it happen once.
 */
export async function projectSubmitted(trx: Kysely<CrmDatabase>, { id, data }: Told<Submitted>): Promise<void> {
  await trx
    .insertInto('order_view')
    .values({
      id: data.orderId,
      number: data.orderNumber,
      tenant: data.tenant,
      customer_id: data.customerId,
      channel: data.channel,
      status: 'SUBMITTED',
      seq: 0,
      model: JSON.stringify(data.model),
      metal: data.metal,
      finish: data.finish,
      stones: data.stones,
      offer: null,
      reason: null,
      submitted_at: data.submittedAt,
      updated_at: data.submittedAt,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
  await trx
    .insertInto('order_move')
    .values({
      order_id: data.orderId,
      seq: 0,
      from_status: null,
      to_status: 'SUBMITTED',
      reason: null,
      offer: null,
      message_id: id,
      at: data.submittedAt,
    })
    .execute();
  await applyLatestMove(trx, data.orderId);
}

/** Records a move and brings the order's row up to it. Runs in the transaction of the inbox row. */
export async function projectMove(trx: Kysely<CrmDatabase>, { id, data }: Told<Moved>): Promise<void> {
  await trx
    .insertInto('order_move')
    .values({
      order_id: data.orderId,
      seq: data.seq,
      from_status: data.from,
      to_status: data.to,
      reason: data.reason ?? null,
      offer: data.offer === undefined ? null : JSON.stringify(data.offer),
      message_id: id,
      deadline: data.deadline ?? null,
      promised_at: data.promisedAt ?? null,
      at: data.at,
    })
    .execute();
  await applyLatestMove(trx, data.orderId);
}

/**
 * Records a delay and marks the order's row with it, unless the order has moved on. Runs in the transaction of the inbox
 * row. Served by the primary key of `order_view`.
 */
export async function projectDelay(trx: Kysely<CrmDatabase>, { id, data }: Told<Delayed>): Promise<void> {
  const { orderId, seq, kind, status, deadline, promisedAt, expectedAt, at } = data;
  await trx
    .insertInto('order_delay')
    .values({ order_id: orderId, seq, kind, status, deadline, expected_at: expectedAt, message_id: id, at })
    .execute();
  const marks = {
    ...(kind === 'late' ? { late: true, stage_deadline: deadline } : {}),
    ...(promisedAt === null ? {} : { promised_at: promisedAt }),
    ...(expectedAt === null
      ? {}
      : {
          expected_at: expectedAt,
          predicted_late: promisedAt !== null && Date.parse(promisedAt) < Date.parse(expectedAt),
        }),
  };
  if (Object.keys(marks).length === 0) return;
  await trx.updateTable('order_view').set(marks).where('id', '=', orderId).where('seq', '=', seq).execute();
}

type Submitted = EventData<typeof OrderSubmitted>;
type Delayed = EventData<typeof OrderDelayed>;
type Moved = EventData<typeof OrderStatusChanged>;
