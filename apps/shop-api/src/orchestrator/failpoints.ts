import { declareFailpoints } from '@bezel/outbox/testing';

/** Between what the orchestrator tells Temporal and the commit of the inbox that says so, where it can be broken on purpose. */
export const ORCHESTRATOR_FAILPOINTS = declareFailpoints({
  /** The order's workflow runs; the transaction that records it is open. */
  workflowStarted: 'orchestrator.workflow-started',
  /** The workflow has heard a fact; the transaction that remembers the message is open. */
  factTold: 'orchestrator.fact-told',
});
