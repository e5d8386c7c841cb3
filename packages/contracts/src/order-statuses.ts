// Generated from packages/order-workflow/src/lifecycle/stages.ts by `npm run generate`. Do not edit.

/** Everything an order can be, in the order of its life; how it moves from one to another is the transition table’s. */
export const ORDER_STATUSES = [
  'SUBMITTED',
  'PRICING',
  'PRICED',
  'APPROVED',
  'IN_MANUFACTURING',
  'MANUFACTURING_COMPLETED',
  'PACKED',
  'SHIPPED',
  'DELIVERED',
  'CANCELLED',
  'REJECTED',
] as const;

export type OrderStatus = (typeof ORDER_STATUSES)[number];
