import type { Fact, OrderInput } from '@bezel/order-workflow';

/** The orders' workflows, as far as the orchestrator needs them. Both calls may be made twice: they have one effect. */
export interface OrderWorkflows {
  /** Starts the workflow of an order; one that was started before is success. Answers with its run's id. */
  start(order: OrderInput, startedBy: string): Promise<{ readonly runId: string }>;
  /** Tells the workflow a fact. False when no workflow of the order is running. */
  tell(orderId: string, fact: Fact): Promise<boolean>;
}
