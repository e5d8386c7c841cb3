import type { Compensation } from '@bezel/contracts';
import { WITHDRAWAL_FAILED_TYPE, WORK_ORDER_TYPES } from '../../../account/event-types.ts';
import type { OrderAccount } from '../../../account/order-account.ts';
import type { Finding } from '../../finding.ts';
import { type AuditTerms, type Check, groupedBy, unexplained } from '../../judge.ts';
import { takenBy } from '../messages/taken.ts';

const hop = 'shop.cancellation';

/** What the MES takes back by one transaction, and tells by one message. */
const WITHDRAWN: readonly Compensation['step'][] = ['material-released', 'work-order-withdrawn'];

/**
 * The shop shows what the MES has taken back of a cancelled order, and that it failed to, once it was told; and nothing that nobody
 * told. What it has not taken yet is reported at its inbox. How often it failed is not audited: only the last failure is kept. Nor is
 * whether a partner was told of the end, which is the same message as the end itself.
 */
export const checkCancellation: Check = (account, terms) => [
  ...checkSteps(account, terms),
  ...checkFailures(account, terms),
];

function checkSteps(account: OrderAccount, terms: AuditTerms): Finding[] {
  const found: Finding[] = [];
  const { orderId } = account;
  const shown = groupedBy(account.compensations, ({ step }) => step);
  for (const [step, same] of shown) {
    if (same.length === 1) continue;
    found.push({ kind: 'doubled-effect', hop, orderId, detail: `${step} is shown ${same.length} times` });
  }
  const messageId = takenOf(account, WORK_ORDER_TYPES.WITHDRAWN);
  for (const step of WITHDRAWN) {
    if (messageId === undefined || shown.has(step)) continue;
    found.push({ kind: 'lost', hop, orderId, messageId, detail: `${step} was taken and is not shown` });
  }
  for (const { step, messageId, at } of account.compensations) {
    if (account.written.some((message) => message.messageId === messageId)) continue;
    const detail = `${step} names a message that no outbox has`;
    found.push(unexplained(account, terms, { hop, since: at, messageId, detail }));
  }
  return found;
}

function checkFailures(account: OrderAccount, terms: AuditTerms): Finding[] {
  const { orderId, withdrawalFailures } = account;
  const [shown] = withdrawalFailures;
  const messageId = takenOf(account, WITHDRAWAL_FAILED_TYPE);
  if (shown === undefined) {
    if (messageId === undefined) return [];
    const detail = 'that the withdrawal failed was taken and is not shown';
    return [{ kind: 'lost', hop, orderId, messageId, detail }];
  }
  if (account.written.some(({ type }) => type === WITHDRAWAL_FAILED_TYPE)) return [];
  const detail = 'a withdrawal is shown as failed, and nobody told of it';
  return [unexplained(account, terms, { hop, since: shown.at, detail })];
}

/** The last message of a type that the shop has taken. Of an order without a row nothing is kept. */
function takenOf(account: OrderAccount, type: string): string | undefined {
  const told = account.copies.filter((copy) => copy.type === type);
  if (told.length === 0 || account.orders.length === 0) return undefined;
  const taken = takenBy(account, 'shop.inbox');
  return told.findLast(({ messageId }) => taken.has(messageId))?.messageId;
}
