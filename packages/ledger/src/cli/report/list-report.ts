import { LIFECYCLE } from '@bezel/order-workflow';
import { instant } from '../../instant.ts';
import type { OrderDetails } from '../../sources/views/order-details.ts';
import type { Paint } from '../terminal/paint.ts';
import { safe, table } from '../terminal/table.ts';
import { counted, span } from '../terminal/words.ts';

/** Some orders, and whether there are more than are shown. */
interface ListedOrders {
  readonly orders: readonly OrderDetails[];
  readonly more: boolean;
  /** Unaccounted orders that have no row any more, which only `audit` can show. */
  readonly withoutRow: number;
  /** Milliseconds since 1970, by the shop's database. */
  readonly now: number;
}

/** What `list --json` prints. */
export const listDocument = ({ orders, more, withoutRow }: ListedOrders): object => ({
  orders: orders.map(({ orderId, number, tenant, status, late, ...order }) => ({
    ...{ orderId, number, tenant, status, late },
    turn: LIFECYCLE[status].owner,
    submittedAt: instant(order.submittedAt),
    since: instant(order.enteredAt),
    stageDeadline: order.stageDeadline === null ? null : instant(order.stageDeadline),
  })),
  more,
  withoutRow,
});

/** A row an order. */
export function listText({ orders, more, withoutRow, now }: ListedOrders, paint: Paint): string {
  const rows = orders.map(({ orderId, number, tenant, status, enteredAt, stageDeadline, late, submittedAt }) => [
    ...[
      number,
      status,
      LIFECYCLE[status].owner ?? '-',
      `${span(now - enteredAt)}`,
      time(stageDeadline, now, late, paint),
    ],
    ...[`${span(now - submittedAt)}`, safe(tenant), orderId],
  ]);
  const headings = ['number', 'status', 'turn', 'for', 'SLA', 'age', 'partner', 'id'];
  const count = `${counted(orders.length, 'order')}${more ? ', and there are more (--limit)' : ''}`;
  const shown = orders.length === 0 ? 'no orders' : `${table(paint, headings, rows)}\n\n${count}`;
  const gone = `${counted(withoutRow, 'unaccounted order has', 'unaccounted orders have')} no row any more: audit shows them`;
  return withoutRow === 0 ? shown : `${shown}\n${paint('red', gone)}`;
}

function time(deadline: number | null, now: number, late: boolean, paint: Paint): string {
  if (deadline === null) return late ? paint('red', 'late') : '-';
  return deadline >= now ? `${span(deadline - now)} left` : paint('red', `late by ${span(now - deadline)}`);
}
