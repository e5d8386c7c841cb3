export type { AroundOrder } from '../trace/activity-trace.ts';
export {
  createActivityWorker,
  createOrdersWorker,
  type OrderWorker,
  type OrderWorkerOptions,
} from './create-worker.ts';
export { keptBundle } from './kept-bundle.ts';
export { installTemporalRuntime, type TemporalLog } from './runtime.ts';
export { workflowBundle } from './workflow-bundle.ts';
