import { FACT_TYPES, SUBMITTED_TYPE } from '../../account/event-types.ts';
import type { OrderAccount } from '../../account/order-account.ts';
import type { Finding } from '../finding.ts';
import { type AuditTerms, type Check, groupedBy, missing, unexplained } from '../judge.ts';

/**
 * Each fact that reached the workflow moved the order once or was refused once. Each move and each refusal that names a
 * message has one: a fact nobody recorded moves nothing.
 */
export const checkFacts: Check = (account, terms) => [...checkAnswers(account, terms), ...checkCauses(account, terms)];

function checkAnswers(account: OrderAccount, terms: AuditTerms): Finding[] {
  const found: Finding[] = [];
  const { orderId } = account;
  const taken = groupedBy(
    account.handled.filter((row) => row.hop === 'shop.inbox'),
    (row) => row.messageId,
  );
  for (const [messageId, [message]] of groupedBy(account.written, (written) => written.messageId)) {
    if (message === undefined || !(message.type in FACT_TYPES)) continue;
    const moved = account.moves.filter((move) => move.messageId === messageId).length;
    const refused = account.refusals.filter((refusal) => refusal.messageId === messageId).length;
    if (moved + refused > 1) {
      const detail = `${message.type} moved the order ${moved} times and was refused ${refused} times`;
      found.push({ kind: 'doubled-effect', hop: 'shop.history', orderId, messageId, detail });
    }
    const row = taken.get(messageId)?.[0];
    if (moved + refused > 0 || row === undefined) continue;
    const detail = `${message.type} was taken for the workflow and neither moved the order nor was refused`;
    const finding = missing(account, terms, { hop: 'workflow', since: row.at, messageId, detail });
    // A running workflow whose history has the message keeps it: until it fits, or until its move is through. However old
    // that gets, the fact is not lost; an order that rests too long is reported as unfinished.
    const { workflow } = account;
    const kept = workflow?.status === 'RUNNING' && (workflow.signalled?.includes(messageId) ?? false);
    found.push(kept ? { ...finding, kind: 'on-its-way', detail: `${message.type} is with the workflow` } : finding);
  }
  return found;
}

function checkCauses(account: OrderAccount, terms: AuditTerms): Finding[] {
  const known = new Set(
    account.written
      .filter((message) => message.type in FACT_TYPES || message.type === SUBMITTED_TYPE)
      .map((message) => message.messageId),
  );
  return [...account.moves, ...account.refusals].flatMap((entry) => {
    if (entry.messageId === null || known.has(entry.messageId)) return [];
    const what = 'to' in entry ? `move ${entry.seq} to ${entry.to}` : `the refusal of ${entry.kind}`;
    const detail = `${what} names a message that no outbox has`;
    return [unexplained(account, terms, { hop: 'shop.history', since: entry.at, messageId: entry.messageId, detail })];
  });
}
