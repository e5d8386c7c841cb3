import type { ViewHop } from '../account/hops.ts';
import type { OrderAccount } from '../account/order-account.ts';
import { checkCrmDelays } from './checks/crm/delays-shown.ts';
import { checkCrmLateMark } from './checks/crm/late-mark.ts';
import { checkCrmOrder } from './checks/crm/order-shown.ts';
import { checkProjection } from './checks/crm/projection.ts';
import { checkBoard } from './checks/mes/board.ts';
import { checkBoardLateMark } from './checks/mes/late-mark.ts';
import { checkWorkOrder } from './checks/mes/work-order.ts';
import { checkInboxes } from './checks/messages/inboxes.ts';
import { checkPublishing } from './checks/messages/publishing.ts';
import { checkCancellation } from './checks/shop/cancellation.ts';
import { checkDelays } from './checks/shop/delays.ts';
import { checkEnding } from './checks/shop/ending.ts';
import { checkHistory } from './checks/shop/history.ts';
import { checkSubmission } from './checks/shop/submission.ts';
import { checkFacts } from './checks/workflow/facts.ts';
import { checkOfferEnd } from './checks/workflow/offer-end.ts';
import { checkWorkflow } from './checks/workflow/workflow.ts';
import type { Finding } from './finding.ts';
import type { AuditTerms, Check } from './judge.ts';
import { withWhatIsForgotten } from './long-ago.ts';

/**
 * The checks along the way of an order, so that the first finding is where its trail broke; each with the views whose rows it
 * looks at. Topics, Temporal and clients are always readable.
 */
const CHECKS: readonly { readonly check: Check; readonly reads: readonly ViewHop[] }[] = [
  { check: checkSubmission, reads: ['shop.order', 'shop.history', 'shop.outbox'] },
  { check: checkHistory, reads: ['shop.order', 'shop.history'] },
  { check: checkDelays, reads: ['shop.history', 'shop.delay', 'shop.outbox'] },
  { check: checkPublishing, reads: ['shop.outbox', 'mes.outbox', 'shop.repair'] },
  { check: checkInboxes, reads: ['shop.inbox', 'mes.inbox', 'crm.inbox'] },
  {
    check: checkCancellation,
    reads: ['shop.order', 'shop.outbox', 'mes.outbox', 'shop.inbox', 'shop.cancellation'],
  },
  { check: checkWorkflow, reads: ['shop.order', 'shop.history', 'shop.outbox', 'shop.inbox'] },
  { check: checkFacts, reads: ['shop.order', 'shop.history', 'shop.outbox', 'mes.outbox', 'shop.inbox'] },
  { check: checkOfferEnd, reads: ['shop.order', 'shop.history', 'shop.outbox'] },
  { check: checkWorkOrder, reads: ['shop.order', 'shop.history', 'mes.work-order', 'mes.outbox'] },
  { check: checkBoard, reads: ['shop.history', 'mes.inbox', 'mes.board'] },
  { check: checkBoardLateMark, reads: ['shop.delay', 'mes.inbox', 'mes.board', 'mes.late-mark'] },
  { check: checkProjection, reads: ['shop.history', 'crm.inbox', 'crm.projection'] },
  { check: checkCrmDelays, reads: ['shop.delay', 'crm.inbox', 'crm.delay'] },
  { check: checkCrmOrder, reads: ['shop.history', 'crm.inbox', 'crm.projection', 'crm.order'] },
  { check: checkCrmLateMark, reads: ['shop.delay', 'crm.delay', 'crm.order'] },
  { check: checkEnding, reads: ['shop.order'] },
];

/**
 * Holds the account of one order against what must be true of it. Pure: the same account gives the same findings.
 *
 * No finding at all means: the order is final, and everything about it is where it belongs, once and in order.
 *
 * @param unread views of which the account has no row because one cannot be read. No check that looks at them is made: what is not
 *   there may be in what cannot be read.
 *
 * @example
 * auditOrder(accountOf(orderId, evidence), { readAt: Date.now(), limits: WORKING_LIMITS }).filter(isDefect);
 */
export function auditOrder(
  account: OrderAccount,
  terms: AuditTerms,
  unread: readonly ViewHop[] = [],
): readonly Finding[] {
  const known = withWhatIsForgotten(account, terms);
  return CHECKS.filter(({ reads }) => !reads.some((hop) => unread.includes(hop))).flatMap(({ check }) =>
    check(known, terms),
  );
}
