import { SUBSCRIPTIONS, type Subscription } from '../../../account/event-types.ts';
import type { MessageCopy } from '../../../account/evidence.ts';
import type { OrderAccount } from '../../../account/order-account.ts';
import type { Finding } from '../../finding.ts';
import { type AuditTerms, type Check, groupedBy, missing, unexplained } from '../../judge.ts';

/**
 * Each message on a topic is remembered once by each consumer group that must act on it, and no group remembers a
 * message that is on no topic. A message that is not on its topic is the outbox's loss, and is not reported again here.
 */
export const checkInboxes: Check = (account, terms) => {
  const copies = new Map<string, MessageCopy>();
  for (const copy of account.copies) if (!copies.has(copy.messageId)) copies.set(copy.messageId, copy);
  return [
    ...SUBSCRIPTIONS.flatMap((subscription) => checkHandled(account, terms, copies, subscription)),
    ...checkRemembered(account, terms, copies),
  ];
};

type FirstCopies = ReadonlyMap<string, MessageCopy>;

function checkHandled(
  account: OrderAccount,
  terms: AuditTerms,
  copies: FirstCopies,
  { hop, purpose, types }: Subscription,
): Finding[] {
  const handled = new Set(account.handled.filter((row) => row.hop === hop).map((row) => row.messageId));
  return [...copies].flatMap(([messageId, copy]) => {
    if (!types.includes(copy.type) || handled.has(messageId)) return [];
    const detail = `${copy.type} (offset ${copy.offset}) was not taken by the consumer that has to ${purpose}`;
    return [missing(account, terms, { hop, since: copy.at, messageId, detail })];
  });
}

function checkRemembered(account: OrderAccount, terms: AuditTerms, onTopic: FirstCopies): Finding[] {
  const found: Finding[] = [];
  for (const same of groupedBy(account.handled, (row) => `${row.hop} ${row.group} ${row.messageId}`).values()) {
    const [row] = same;
    if (row === undefined) continue;
    const { hop, messageId } = row;
    if (same.length > 1) {
      const detail = `group ${row.group} took one message ${same.length} times`;
      found.push({ kind: 'doubled-effect', hop, orderId: account.orderId, messageId, detail });
    }
    if (!onTopic.has(messageId)) {
      const detail = `group ${row.group} took a message that is on no topic`;
      found.push(unexplained(account, terms, { hop, since: row.at, messageId, detail }));
    }
  }
  return found;
}
