import type { OrderAccount } from '../account/order-account.ts';
import { checkBoard } from './checks/board.ts';
import { checkDelays } from './checks/delays.ts';
import { checkEnding } from './checks/ending.ts';
import { checkFacts } from './checks/facts.ts';
import { checkHistory } from './checks/history.ts';
import { checkInboxes } from './checks/inboxes.ts';
import { checkProjection } from './checks/projection.ts';
import { checkPublishing } from './checks/publishing.ts';
import { checkSubmission } from './checks/submission.ts';
import { checkWorkOrder } from './checks/work-order.ts';
import { checkWorkflow } from './checks/workflow.ts';
import type { Finding } from './finding.ts';
import type { AuditTerms, Check } from './judge.ts';
import { withWhatIsForgotten } from './long-ago.ts';

/** Along the way of an order, so that the first finding is where its trail broke. */
const CHECKS: readonly Check[] = [
  checkSubmission,
  checkHistory,
  checkDelays,
  checkPublishing,
  checkInboxes,
  checkWorkflow,
  checkFacts,
  checkWorkOrder,
  checkBoard,
  checkProjection,
  checkEnding,
];

/**
 * Holds the account of one order against what must be true of it. Pure: the same account gives the same findings.
 *
 * No finding at all means: the order is final, and everything about it is where it belongs, once and in order.
 *
 * @example
 * auditOrder(accountOf(orderId, evidence), { readAt: Date.now(), limits: WORKING_LIMITS }).filter(isDefect);
 */
export function auditOrder(account: OrderAccount, terms: AuditTerms): readonly Finding[] {
  const known = withWhatIsForgotten(account, terms);
  return CHECKS.flatMap((check) => check(known, terms));
}
