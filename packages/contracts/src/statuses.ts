export { ORDER_STATUSES, type OrderStatus } from './order-statuses.ts';

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
