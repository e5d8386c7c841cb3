import type { OrderStatus } from '@bezel/contracts';

/** One message of a life: who wrote it, what it tells, and who must have taken it. */
interface Step {
  readonly app: 'shop' | 'mes';
  readonly type: string;
  /** The move it tells of. */
  readonly to?: OrderStatus;
  /** The step whose message caused that move. */
  readonly causedBy?: number;
}

/** The way of an order from SUBMITTED to DELIVERED, message by message, as the apps write them. */
export const LIFE: readonly Step[] = [
  { app: 'shop', type: 'shop.order-submitted' },
  { app: 'shop', type: 'shop.order-status-changed', to: 'PRICING', causedBy: 0 },
  { app: 'mes', type: 'mes.pricing-progressed' },
  { app: 'shop', type: 'shop.order-status-changed', to: 'PRICED' },
  { app: 'shop', type: 'shop.price-accepted' },
  { app: 'shop', type: 'shop.order-status-changed', to: 'APPROVED', causedBy: 4 },
  { app: 'mes', type: 'mes.work-order-opened' },
  { app: 'mes', type: 'mes.work-order-claimed' },
  { app: 'mes', type: 'mes.work-order-started' },
  { app: 'shop', type: 'shop.order-status-changed', to: 'IN_MANUFACTURING', causedBy: 8 },
  { app: 'mes', type: 'mes.work-order-completed' },
  { app: 'shop', type: 'shop.order-status-changed', to: 'MANUFACTURING_COMPLETED', causedBy: 10 },
  { app: 'mes', type: 'mes.work-order-packed' },
  { app: 'shop', type: 'shop.order-status-changed', to: 'PACKED', causedBy: 12 },
  { app: 'mes', type: 'mes.work-order-shipped' },
  { app: 'shop', type: 'shop.order-status-changed', to: 'SHIPPED', causedBy: 14 },
  { app: 'shop', type: 'shop.delivery-confirmed' },
  { app: 'shop', type: 'shop.order-status-changed', to: 'DELIVERED', causedBy: 16 },
];

/** The move that a step tells of, by the number of the step; the submission is move 0. */
export const MOVES = new Map(
  [0, ...LIFE.flatMap(({ to }, step) => (to === undefined ? [] : [step]))].map((step, seq) => [step, seq]),
);

const STEP_MS = 1_000;

/** When orders of a fill were submitted: one a millisecond. */
export interface Fill {
  /** Milliseconds since 1970. */
  readonly begins: number;
  /** The number of the first order; one fill may go on from another. */
  readonly first: number;
  readonly orders: number;
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** A UUIDv7 of a moment; `tail` makes it the only one. The databases are filled with the same ids, see `sqlIds`. */
function uuidAt(at: number, tail: number): string {
  const time = hex(at, 12);
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${hex(tail, 12)}`;
}

export const orderIdOf = ({ begins }: Fill, order: number): string => uuidAt(begins + order, order);

export const messageTimeOf = ({ begins }: Fill, order: number, step: number): number => begins + order + step * STEP_MS;

export const messageIdOf = (fill: Fill, order: number, step: number): string =>
  uuidAt(messageTimeOf(fill, order, step), order * 32 + step);

/** The same ids in SQL, over a column `o` (the order's number) and a step; `$1` is when the fill begins. */
export const sqlIds = {
  at: (step: string): string => `to_timestamp(($1::bigint + o + ${step} * ${STEP_MS}) / 1000.0)`,
  order: uuidSql('$1::bigint + o', 'o'),
  message: (step: string): string => uuidSql(`$1::bigint + o + ${step} * ${STEP_MS}`, `o * 32 + ${step}`),
};

function uuidSql(at: string, tail: string): string {
  const time = `lpad(to_hex(${at}), 12, '0')`;
  return `(${time} || '70008000' || lpad(to_hex((${tail})::bigint), 12, '0'))::uuid`;
}
