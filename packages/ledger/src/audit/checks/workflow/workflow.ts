import { isFinal } from '@bezel/order-workflow';
import { SUBMITTED_TYPE } from '../../../account/event-types.ts';
import { statusOf } from '../../../account/order-account.ts';
import { type Check, missing } from '../../judge.ts';

/** The workflow exists from the moment its message was taken, is open while the order is not final, and then closed by itself. */
export const checkWorkflow: Check = (account, terms) => {
  const { orderId, workflow } = account;
  const status = statusOf(account);
  const order = account.orders[0];
  if (status === null || order === undefined) return [];
  const final = isFinal(status);

  if (workflow === null) {
    const begun = account.written.find((message) => message.type === SUBMITTED_TYPE);
    const taken = account.handled.find((row) => row.hop === 'shop.inbox' && row.messageId === begun?.messageId);
    if (taken === undefined) return []; // its message has not arrived: reported where it stopped
    if (final && terms.readAt - order.at > terms.limits.workflowsKeptMs) return [];
    const detail = `the order is ${status}, and Temporal has no workflow of it`;
    return [missing(account, terms, { hop: 'workflow', since: taken.at, detail })];
  }

  if (final && workflow.status === 'RUNNING') {
    const detail = `the order is ${status} and its workflow still runs`;
    const finding = missing(account, terms, { hop: 'workflow', since: order.at, detail });
    return [finding.kind === 'lost' ? { ...finding, kind: 'unfinished' } : finding];
  }
  if (!final && workflow.status !== 'RUNNING') {
    // Temporal is read after the shop: the order may have become final in between, but not long ago.
    const detail = `the order is ${status}, its workflow is ${workflow.status}: nobody moves it on`;
    return [missing(account, terms, { hop: 'workflow', since: workflow.closedAt ?? workflow.startedAt, detail })];
  }
  if (final && workflow.status !== 'COMPLETED') {
    const detail = `the order is ${status}, its workflow did not end by itself: ${workflow.status}`;
    return [{ kind: 'lost', hop: 'workflow', orderId, detail }];
  }
  return [];
};
