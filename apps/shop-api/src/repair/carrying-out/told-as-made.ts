import { isDeepStrictEqual } from 'node:util';
import { type OrderDelayed, OrderStatusChanged } from '@bezel/contracts';
import type { EventData } from '@bezel/outbox/event';
import type { Selectable } from 'kysely';
import type { ProjectDetails, ShopDatabase } from '../../database/shop-database.ts';
import { inputOf } from '../../orchestrator/submission.ts';
import type { OrderRow } from '../../orders/view/order-resource.ts';

type Event = ProjectDetails['event'];
type Moved = EventData<typeof OrderStatusChanged>;
type Made = Selectable<ShopDatabase['order_history']>;

/** The move of which an event tells: its number, and where it led to. */
export function moveIn({ type, data }: Event): Pick<Moved, 'seq' | 'to'> {
  if (type !== OrderStatusChanged.type) return { seq: 0, to: 'SUBMITTED' };
  const { seq, to } = data as Moved;
  return { seq, to };
}

/**
 * Whether an event tells of an order, and of its move, just what the shop has: what it tells is shown to customers. Pure. Only the
 * end of the status that was entered (`deadline`) has to be believed, because a move that is past has none any more.
 */
export function isToldAsMade(order: OrderRow, made: Made, { type, data }: Event): boolean {
  if (type !== OrderStatusChanged.type) return isDeepStrictEqual(data, inputOf(order));
  const { deadline: _, promisedAt, ...told } = data as Moved;
  const promised = promisedAt === undefined || Date.parse(promisedAt) === order.promised_at?.getTime();
  return promised && isDeepStrictEqual(told, eventOf(order, made));
}

const eventOf = (order: OrderRow, { seq, from_status, to_status, at, reason, offer }: Made) => ({
  orderId: order.id,
  orderNumber: order.number,
  tenant: order.tenant,
  customerId: order.customer_id,
  seq,
  from: from_status,
  to: to_status,
  at: at.toISOString(),
  ...(reason === null ? {} : { reason }),
  ...(offer === null ? {} : { offer }),
});

/**
 * Whether an event tells of an order's delay just what the shop has recorded, as far as it has: who is to hear of it (`tells`) stands
 * nowhere else, and has to be believed. Pure.
 */
export function isToldAsRecorded(order: OrderRow, recorded: Recorded, told: Delayed): boolean {
  const { tells: _, promisedAt, deadline, expectedAt, ...rest } = told;
  const isAt = (instant: string | null, known: Date | null | undefined): boolean =>
    instant === null ? known === null : Date.parse(instant) === known?.getTime();
  // A promise that was made since was not told.
  if (promisedAt !== null && !isAt(promisedAt, order.promised_at)) return false;
  if (!isAt(deadline, recorded.deadline) || !isAt(expectedAt, recorded.expected_at)) return false;
  const { seq, kind, status, at } = recorded;
  return isDeepStrictEqual(rest, {
    ...{ orderId: order.id, orderNumber: order.number, tenant: order.tenant, customerId: order.customer_id },
    ...{ seq, kind, status, at: at.toISOString() },
  });
}

type Delayed = EventData<typeof OrderDelayed>;
type Recorded = Selectable<ShopDatabase['order_delay']>;
