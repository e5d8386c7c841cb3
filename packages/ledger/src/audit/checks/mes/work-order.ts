import type { WorkOrderStatus } from '@bezel/contracts';
import { isFinal } from '@bezel/order-workflow';
import { WORK_ORDER_TYPES } from '../../../account/event-types.ts';
import { type OrderAccount, statusOf, type WorkOrderSeen, writtenFor } from '../../../account/order-account.ts';
import type { Finding } from '../../finding.ts';
import { type AuditTerms, type Check, missing, unexplained } from '../../judge.ts';

/** The way of a work order; WITHDRAWN may follow any step but the last. */
const STEPS: readonly WorkOrderStatus[] = ['OPEN', 'CLAIMED', 'STARTED', 'COMPLETED', 'PACKED', 'SHIPPED'];

/** An approved order has one work order, others have none; each step of it is told once; its end agrees with the order's. */
export const checkWorkOrder: Check = (account, terms) => {
  const found: Finding[] = [];
  const { orderId } = account;
  const [workOrder, ...others] = account.workOrders;
  const approved = account.moves.find((move) => move.to === 'APPROVED');
  if (others.length > 0) {
    const detail = `${others.length + 1} work orders of one order`;
    found.push({ kind: 'doubled-effect', hop: 'mes.work-order', orderId, detail });
  }
  if (approved !== undefined && workOrder === undefined) {
    const detail = 'the order is approved and has no work order';
    found.push(missing(account, terms, { hop: 'mes.work-order', since: approved.at, detail }));
  }
  if (approved === undefined && workOrder !== undefined) {
    const detail = `a work order (${workOrder.status}) of an order that was not approved`;
    found.push(unexplained(account, terms, { hop: 'mes.work-order', since: workOrder.at, detail }));
  }
  found.push(...checkSteps(account, workOrder));
  if (workOrder !== undefined) found.push(...checkEnd(account, terms, workOrder));
  return found;
};

function checkSteps(account: OrderAccount, workOrder: WorkOrderSeen | undefined): Finding[] {
  const found: Finding[] = [];
  const types = Object.values(WORK_ORDER_TYPES);
  const written = writtenFor(account, 'mes.outbox').filter(({ type }) => types.includes(type));
  if (written.length > 0 && workOrder === undefined) {
    const detail = `${written.length} messages of a work order are written, and there is none`;
    found.push({ kind: 'lost', hop: 'mes.work-order', orderId: account.orderId, detail });
  }
  const reached = workOrder === undefined ? -1 : STEPS.indexOf(workOrder.status);
  for (const [status, type] of Object.entries(WORK_ORDER_TYPES) as [WorkOrderStatus, string][]) {
    const told = written.filter((message) => message.type === type);
    const step = STEPS.indexOf(status);
    const due =
      workOrder !== undefined && (status === workOrder.status || status === 'OPEN' || (step >= 0 && step < reached));
    for (const message of told.slice(1)) {
      const detail = `a second ${type}`;
      found.push({
        kind: 'doubled-effect',
        hop: 'mes.outbox',
        orderId: account.orderId,
        messageId: message.messageId,
        detail,
      });
    }
    if (due && told.length === 0) {
      const detail = `the work order is ${workOrder.status}, and no ${type} is written`;
      found.push({ kind: 'lost', hop: 'mes.outbox', orderId: account.orderId, detail });
    }
  }
  return found;
}

/**
 * What is out of the house stays shipped, and what was cancelled is withdrawn. What is withdrawn is cancelled within the time of a
 * cancellation: only the workflow withdraws a work order, so it has still to move the order, and nothing of it is lost.
 */
function checkEnd(account: OrderAccount, terms: AuditTerms, workOrder: WorkOrderSeen): Finding[] {
  const status = statusOf(account);
  const expected: WorkOrderStatus | undefined =
    status === 'SHIPPED' || status === 'DELIVERED' ? 'SHIPPED' : status === 'CANCELLED' ? 'WITHDRAWN' : undefined;
  if (expected === undefined) {
    if (workOrder.status !== 'WITHDRAWN' || status === null || isFinal(status)) return [];
    const detail = `the work order is WITHDRAWN, and the order is still ${status}`;
    const ageMs = Math.max(0, terms.readAt - workOrder.at);
    const kind = ageMs < terms.limits.cancellationMs ? 'on-its-way' : 'unfinished';
    return [{ kind, hop: 'mes.work-order', orderId: account.orderId, detail, ageMs }];
  }
  if (workOrder.status === expected) return [];
  const detail = `the order is ${status}, its work order is ${workOrder.status} and not ${expected}`;
  const since = account.orders[0]?.at ?? workOrder.at;
  return [missing(account, terms, { hop: 'mes.work-order', since, detail })];
}
