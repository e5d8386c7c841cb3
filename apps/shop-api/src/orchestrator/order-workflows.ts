import { workflowIdOf } from '@bezel/order-workflow';
import { createOrderClient, type OrderClient, type OrderClientOptions } from '@bezel/order-workflow/client';
import { WorkflowNotFoundError } from '@temporalio/client';

const TIMEOUT_MS = 5_000;

/** The orders' workflows, as far as the orchestrator needs them. Every call may be made twice. */
export interface OrderWorkflows extends Pick<OrderClient, 'startOrder' | 'signalFact'> {
  /** The run of an order's workflow that was started before; undefined when Temporal knows none. */
  runIdOf(orderId: string): Promise<string | undefined>;
}

/** The workflows as Temporal runs them. */
export function temporalWorkflows(options: OrderClientOptions): OrderWorkflows {
  const { startOrder, signalFact } = createOrderClient({ timeoutMs: TIMEOUT_MS, ...options });
  const { client } = options;
  return {
    startOrder,
    signalFact,
    runIdOf: (orderId) =>
      client.withDeadline(Date.now() + TIMEOUT_MS, async () => {
        try {
          return (await client.workflow.getHandle(workflowIdOf(orderId)).describe()).runId;
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return undefined;
          throw error;
        }
      }),
  };
}
