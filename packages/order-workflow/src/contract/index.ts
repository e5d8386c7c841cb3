export {
  type Audience,
  type Discount,
  type MesActivities,
  MODEL_REJECTED,
  type ModelGeometry,
  OFFER_ACCEPTED,
  OFFER_EXPIRED,
  type OrderDelay,
  type OrderInput,
  type OrderMove,
  type PricedPart,
  type PricingActivities,
  type PricingTerms,
  type RefusedFact,
  type ShopActivities,
  WORK_ORDER_SHIPPED,
} from './activities.ts';
export type { Fact, FactKind, RefusalReason } from './facts.ts';
export {
  FACT_SIGNAL,
  NAMESPACE,
  orderIdOf,
  STATE_QUERY,
  TASK_QUEUES,
  type TaskQueues,
  WORKFLOW_TYPE,
  workflowIdOf,
} from './names.ts';
export { SEARCH_ATTRIBUTES } from './search-attributes.ts';
export { ORDER_VERSION, type OrderStart, type OrderVersion } from './start.ts';
