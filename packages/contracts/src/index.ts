export {
  COMPENSATIONS,
  Compensation,
  OperationsOrder,
  OperationsPage,
  OrderView,
  OrderWorkflowLink,
} from './api/operations.ts';
export { Problem } from './api/problem.ts';
export {
  CustomerMessagePage,
  CustomerMessageResource,
  OrderCancellation,
  OrderHistoryEntry,
  OrderPage,
  OrderResource,
  OrderSpecification,
  WorkOrderPage,
  WorkOrderResource,
} from './api/resources.ts';
export {
  PricingProgressed,
  WithdrawalFailed,
  WorkOrderClaimed,
  WorkOrderCompleted,
  WorkOrderOpened,
  WorkOrderPacked,
  WorkOrderShipped,
  WorkOrderStarted,
  WorkOrderWithdrawn,
} from './events/mes.ts';
export { ProjectingAsked, PublishingAsked, RedriveAsked } from './events/repairs.ts';
export {
  CancellationRequested,
  DeliveryConfirmed,
  OrderDelayed,
  OrderStatusChanged,
  OrderSubmitted,
  PriceAccepted,
} from './events/shop.ts';
export { ORDER_STATUSES, type OrderStatus, WORK_ORDER_STATUSES, type WorkOrderStatus } from './statuses.ts';
export { TOPIC_PARTITIONS, TOPICS } from './topics.ts';
export {
  FINISHES,
  Finish,
  Instant,
  METALS,
  Metal,
  ModelRef,
  Money,
  PRICING_PHASES,
  PriceOffer,
  PricePart,
  PricingPhase,
  PricingProgress,
  Stones,
} from './values.ts';
