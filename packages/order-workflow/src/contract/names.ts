/** Temporal task queues: one per kind of worker, so that each can be scaled and can fail on its own. */
export const TASK_QUEUES = { orders: 'orders', mes: 'mes', pricing: 'pricing' } as const;

/** Names of the three task queues; other than {@link TASK_QUEUES} only where several systems share a Temporal, as in tests. */
export type TaskQueues = Readonly<Record<keyof typeof TASK_QUEUES, string>>;

/** The Temporal namespace every order lives in. */
export const NAMESPACE = 'bezel';

/** The workflow type; it is also the exported function's name in the workflow bundle. */
export const WORKFLOW_TYPE = 'orderWorkflow';

/** The one signal: a recorded fact, with the id of the message that carried it. */
export const FACT_SIGNAL = 'fact';

/** The query that answers with the workflow's whole state. */
export const STATE_QUERY = 'state';

/** One workflow an order. */
export const workflowIdOf = (orderId: string): string => `order/${orderId}`;

/** The order a workflow id belongs to; the inverse of {@link workflowIdOf}. */
export const orderIdOf = (workflowId: string): string => workflowId.slice(workflowIdOf('').length);
