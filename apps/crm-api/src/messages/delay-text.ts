import type { OrderDelayed, OrderStatus } from '@bezel/contracts';
import type { EventData } from '@bezel/outbox/event';

/** What of a delay the customer is told. */
export type ToldDelay = Pick<
  EventData<typeof OrderDelayed>,
  'orderNumber' | 'status' | 'kind' | 'promisedAt' | 'expectedAt'
>;

/**
 * Tells a customer of a delay: what, until when it is expected, and that we are sorry. Days are those of UTC; the hour is
 * told only where the day alone would say nothing.
 *
 * @example
 * textOf({ orderNumber: 'B-2026-000001', status: 'PACKED', kind: 'late', promisedAt: '2026-12-05T10:00:00.000Z',
 *   expectedAt: '2026-12-07T10:00:00.000Z' });
 * // 'Handing your order B-2026-000001 to the courier is taking longer than we planned. We promised it for 5 December 2026
 * //  and now expect to deliver it by 7 December 2026. We are sorry for the delay.'
 */
export const textOf = (delay: ToldDelay): string =>
  `${whatIsLate(delay)} ${whenExpected(delay)} We are sorry for the delay.`;

const whatIsLate = ({ orderNumber, status, kind }: ToldDelay): string =>
  `${DOING[status](`your order ${orderNumber}`)} ${kind === 'late' ? 'is taking' : 'will probably take'} longer than we planned.`;

function whenExpected({ promisedAt, expectedAt }: ToldDelay): string {
  if (expectedAt === null) return 'We cannot say yet when it will be done.';
  if (promisedAt === null) return `We now expect to deliver it by ${dayOf(expectedAt)}.`;
  if (Date.parse(expectedAt) <= Date.parse(promisedAt)) {
    return `We still expect to deliver it by ${dayOf(promisedAt)}, as promised.`;
  }
  const tell = dayOf(promisedAt) === dayOf(expectedAt) ? hourOf : dayOf;
  return `We promised it for ${tell(promisedAt)} and now expect to deliver it by ${tell(expectedAt)}.`;
}

/** What is going on in each status, for the customer. */
const DOING: Readonly<Record<OrderStatus, (order: string) => string>> = {
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

const dayOf = (at: string): string => DAY.format(new Date(at));
const hourOf = (at: string): string => `${dayOf(at)}, ${HOUR.format(new Date(at))} UTC`;
