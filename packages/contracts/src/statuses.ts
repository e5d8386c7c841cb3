/**
 * Every status an order can have, in the order of its life. `CANCELLED`, `REJECTED` and `DELIVERED` are final.
 * The moves between them are the transition table of `@bezel/order-workflow`.
 */
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

/** What a work order in the MES can be: each is entered by one operator's action, `WITHDRAWN` by the order's workflow. */
export const WORK_ORDER_STATUSES = [
  'OPEN',
  'CLAIMED',
  'STARTED',
  'COMPLETED',
  'PACKED',
  'SHIPPED',
  'WITHDRAWN',
] as const;

export type WorkOrderStatus = (typeof WORK_ORDER_STATUSES)[number];
