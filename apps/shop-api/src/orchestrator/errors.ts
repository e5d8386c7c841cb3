/** An event about an order the shop does not have. Its key is parked, to be looked into; other orders go on. */
export class OrderUnknownError extends Error {
  override readonly name = 'OrderUnknownError';
  readonly code = 'ORDER_UNKNOWN';
  readonly retryable = false;

  constructor(orderId: string) {
    super(`there is no order ${orderId} in the shop's database`);
  }
}

/** An order that has not ended and has no running workflow: its facts wait until it has one again. */
export class WorkflowMissingError extends Error {
  override readonly name = 'WorkflowMissingError';
  readonly code = 'WORKFLOW_MISSING';
  readonly retryable = true;

  constructor(orderId: string) {
    super(`order ${orderId} has not ended, and Temporal runs no workflow for it`);
  }
}
