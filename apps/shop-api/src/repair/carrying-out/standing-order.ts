import type { PriceOffer } from '@bezel/contracts';
import { isFinal, type OrderState, SUBMITTED, type WorkOrderPhase } from '@bezel/order-workflow';
import type { OrderRow } from '../../orders/view/order-resource.ts';

/** What the history has of an order besides its row. */
export interface Recorded {
  /** When the status it has was entered. */
  readonly enteredAt: Date;
  /** The messages that moved it or were refused, oldest first. */
  readonly heard: readonly string[];
  /** Whether a delay of the status it has was told, late or predicted. */
  readonly delayed: boolean;
}

/**
 * The state from which a workflow goes on with an order whose own is lost. Pure. What was moved is history; what was being
 * done is done again, which every kind of work allows: the price is calculated again, the offer's end is awaited, and the work
 * order is opened again, which finds the one there is. A cancellation under way is not known here: its fact is told again,
 * like every fact that moved nothing yet.
 *
 * @returns null for an order that has not moved: it begins afresh
 * @throws RangeError when the order has ended
 */
export function stateOf(order: OrderRow, { enteredAt, heard, delayed }: Recorded): OrderState | null {
  const { status, seq } = order;
  if (isFinal(status)) throw new RangeError(`order ${order.id} is ${status}: nothing is left to do for a workflow`);
  if (seq === 0) return null;
  return {
    ...SUBMITTED,
    status,
    seq,
    offer: order.offer as PriceOffer | null,
    workOrder: workOrderOf(order),
    seen: heard,
    timing: {
      enteredAt: enteredAt.getTime(),
      deadline: order.stage_deadline?.getTime() ?? null,
      late: order.late,
      predicted: order.late || delayed,
      promisedAt: order.promised_at?.getTime() ?? null,
      promiseDoubted: order.predicted_late,
    },
  };
}

/** Before APPROVED there is none; what was shipped needs none any more. */
function workOrderOf({ status }: OrderRow): WorkOrderPhase {
  switch (status) {
    case 'SUBMITTED':
    case 'PRICING':
    case 'PRICED':
      return 'none';
    case 'SHIPPED':
      return 'open';
    default:
      return 'opening';
  }
}
