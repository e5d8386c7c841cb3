export {
  type MesActivities,
  MODEL_REJECTED,
  type ModelGeometry,
  type OrderInput,
  type OrderMove,
  type PricingActivities,
  type RefusedFact,
  type ShopActivities,
} from './activities.ts';
export type { Fact, FactKind } from './facts.ts';
export { FACT_SIGNAL, NAMESPACE, STATE_QUERY, TASK_QUEUES, WORKFLOW_TYPE, workflowIdOf } from './names.ts';
