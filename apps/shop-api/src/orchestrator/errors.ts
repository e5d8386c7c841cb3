/** An event about an order the shop does not have. Its key is parked, to be looked into; other orders go on. */
export class OrderUnknownError extends Error {
  override readonly name = 'OrderUnknownError';
  readonly code = 'ORDER_UNKNOWN';
  readonly retryable = false;

  constructor(orderId: string) {
    super(`there is no order ${orderId} in the shop's database`);
  }
}

/** Keys are parked under this code for as long as their orders have no workflow that could hear their facts. */
export const WORKFLOW_ENDED = 'WORKFLOW_ENDED';

/**
 * An order that has not ended, and its workflow was ended from outside. Its key is parked with the fact and all that
 * follow, to be played again when the order has a workflow: refusing the fact would drop what somebody did.
 */
export class WorkflowEndedError extends Error {
  override readonly name = 'WorkflowEndedError';
  readonly code = WORKFLOW_ENDED;
  readonly retryable = false;

  constructor(orderId: string) {
    super(`order ${orderId} has not ended, and its workflow in Temporal has`);
  }
}

/** An order that has not ended, has no workflow, and cannot simply be begun: its facts wait until the sweepers gave it one. */
export class WorkflowMissingError extends Error {
  override readonly name = 'WorkflowMissingError';
  readonly code = 'WORKFLOW_MISSING';
  readonly retryable = true;

  constructor(orderId: string) {
    super(`order ${orderId} has not ended, and Temporal runs no workflow for it`);
  }
}
