import { declareFailpoints } from '@bezel/outbox/testing';

/** Steps of the MES's own work at which it can be broken on purpose. */
export const MES_FAILPOINTS = declareFailpoints({
  /** Work order, metal and event stand in a transaction that is still open. */
  workOrderOpening: 'work-order.opening',
  /** The same of a withdrawal. */
  workOrderWithdrawing: 'work-order.withdrawing',
  /** It is on record that this process measures a model; it has not begun to. */
  analysisBegun: 'analysis.begun',
  /** The model is measured; nobody knows yet. */
  analysisMeasured: 'analysis.measured',
  /** The measures are kept for every order of that model; on record the attempt still runs. */
  analysisRemembered: 'analysis.remembered',
});
