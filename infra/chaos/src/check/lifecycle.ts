/** The way of an order, as docs/order-lifecycle.md tells customers of it. */
export const WAY: readonly string[] = [
  ...['SUBMITTED', 'PRICING', 'PRICED', 'APPROVED', 'IN_MANUFACTURING', 'MANUFACTURING_COMPLETED', 'PACKED'],
  ...['SHIPPED', 'DELIVERED'],
];
export const FINAL: readonly string[] = ['DELIVERED', 'CANCELLED', 'REJECTED'];

/** Until when an order can be called off. */
const LAST_TO_CANCEL = WAY.indexOf('PACKED');

export function mayFollow(from: string, to: string): boolean {
  const place = WAY.indexOf(from);
  if (to === 'CANCELLED') return place >= 0 && place <= LAST_TO_CANCEL;
  if (to === 'REJECTED') return from === 'PRICING';
  return WAY.indexOf(to) === place + 1;
}

/** The message without which an order never comes to a status. The others come of what the system itself finds out. */
export const CAUSE_OF: Readonly<Record<string, string>> = {
  PRICING: 'shop.order-submitted',
  APPROVED: 'shop.price-accepted',
  IN_MANUFACTURING: 'mes.work-order-started',
  MANUFACTURING_COMPLETED: 'mes.work-order-completed',
  PACKED: 'mes.work-order-packed',
  SHIPPED: 'mes.work-order-shipped',
  DELIVERED: 'shop.delivery-confirmed',
  CANCELLED: 'shop.cancellation-requested',
};

/** The status to which each of these messages leads an order. */
export const MOVED_TO: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(CAUSE_OF).map(([status, type]) => [type, status]),
);

/** What a client asks for, the fact the shop records of it, and the message that tells of the fact. */
export const FACT_OF = {
  accept: { kind: 'price-accepted', type: 'shop.price-accepted' },
  cancel: { kind: 'cancellation-requested', type: 'shop.cancellation-requested' },
  deliver: { kind: 'delivered', type: 'shop.delivery-confirmed' },
} as const;

/** What an operator does, and the message that tells of it. Of a claim nobody is told. */
export const STEP_TOLD: Readonly<Record<string, string>> = {
  start: 'mes.work-order-started',
  complete: 'mes.work-order-completed',
  pack: 'mes.work-order-packed',
  ship: 'mes.work-order-shipped',
};

/** Messages that tell an order's owner what a person did: each must have moved the order, or been refused. */
export const FACTS: readonly string[] = [
  ...Object.values(FACT_OF).map(({ type }) => type),
  ...Object.values(STEP_TOLD),
];
