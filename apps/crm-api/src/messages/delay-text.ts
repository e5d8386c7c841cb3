import type { OrderDelayed, OrderStatus } from '@bezel/contracts';
import type { EventData } from '@bezel/outbox/event';

/** What of a delay the customer is told. */
export type ToldDelay = Pick<
  EventData<typeof OrderDelayed>,
  'orderNumber' | 'status' | 'kind' | 'deadline' | 'expectedAt'
>;

/**
 * Tells a customer of a delay: what, until when it is expected, and that we are sorry. Times are UTC; the hour is told only
 * where the day alone would say nothing.
 *
 * @example
 * textOf({ orderNumber: 'B-2026-000001', status: 'PACKED', kind: 'late', deadline, expectedAt: '2026-12-07T10:00:00.000Z' });
 * // 'Handing your order B-2026-000001 to the courier is taking longer than we planned. We now expect to deliver it by
 * //  7 December 2026. We are sorry for the delay.'
 */
export const textOf = (delay: ToldDelay): string =>
  `${whatIsLate(delay)} ${whenExpected(delay)} We are sorry for the delay.`;

const whatIsLate = ({ orderNumber, status, kind, deadline, expectedAt }: ToldDelay): string =>
  kind === 'predicted'
    ? `Your order ${orderNumber} will probably arrive after ${timeOf(deadline, expectedAt)}, the time we promised.`
    : `${TAKING_LONG[status](`your order ${orderNumber}`)} is taking longer than we planned.`;

const whenExpected = ({ expectedAt, deadline, kind }: ToldDelay): string =>
  expectedAt === null
    ? 'We cannot say yet when it will be done.'
    : `We now expect to deliver it by ${timeOf(expectedAt, kind === 'predicted' ? deadline : null)}.`;

/** What is going on in each status, for the customer. */
const TAKING_LONG: Readonly<Record<OrderStatus, (order: string) => string>> = {
  SUBMITTED: (order) => `Taking up ${order}`,
  PRICING: (order) => `Working out the price of ${order}`,
  PRICED: (order) => `Preparing ${order}`,
  APPROVED: (order) => `Finding a place in the workshop for ${order}`,
  IN_MANUFACTURING: (order) => `Making ${order}`,
  MANUFACTURING_COMPLETED: (order) => `Packing ${order}`,
  PACKED: (order) => `Handing ${order} to the courier`,
  SHIPPED: (order) => `Delivering ${order}`,
  DELIVERED: (order) => `Closing ${order}`,
  CANCELLED: (order) => `Closing ${order}`,
  REJECTED: (order) => `Closing ${order}`,
};

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const HOUR = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' });

/** The day; with the hour when it is told beside a time of the same day. */
function timeOf(at: string, beside: string | null): string {
  const day = DAY.format(new Date(at));
  const sameDay = beside !== null && DAY.format(new Date(beside)) === day;
  return sameDay ? `${day}, ${HOUR.format(new Date(at))} UTC` : day;
}
