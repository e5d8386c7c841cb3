import type { OrderAccount } from '../../../account/order-account.ts';
import type { Finding } from '../../finding.ts';
import { type Check, groupedBy, unexplained } from '../../judge.ts';
import { takenBy } from '../messages/taken.ts';

/**
 * The CRM shows each delay that it has taken, once and as the shop recorded it, and has told the customer where the customer was to
 * hear of it. A delay whose message it has not taken yet is reported at its inbox.
 */
export const checkCrmDelays: Check = (account, terms) => {
  if (account.delays.length === 0 && account.delaysShown.length === 0) return []; // most orders
  const found: Finding[] = [];
  const { orderId } = account;
  const hop = 'crm.delay';
  const taken = takenBy(account, 'crm.inbox');
  const shown = groupedBy(account.delaysShown, ({ messageId }) => messageId);

  for (const { seq, kind, messageId } of account.delays) {
    const [delay, ...others] = shown.get(messageId) ?? [];
    if (others.length > 0) {
      const detail = `${kind} after move ${seq} is shown ${others.length + 1} times`;
      found.push({ kind: 'doubled-effect', hop, orderId, messageId, detail });
    }
    if (delay === undefined && taken.has(messageId)) {
      const detail = `${kind} after move ${seq} was taken and is not shown`;
      found.push({ kind: 'lost', hop, orderId, messageId, detail });
    }
    if (delay !== undefined && (delay.seq !== seq || delay.kind !== kind)) {
      const detail = `${kind} after move ${seq} is shown as ${delay.kind} after move ${delay.seq}`;
      found.push({ kind: 'lost', hop, orderId, detail });
    }
    if (delay !== undefined && !delay.customerTold && isForCustomer(account, messageId)) {
      const detail = `the customer was to hear of ${kind} after move ${seq}, and was not told`;
      found.push({ kind: 'lost', hop, orderId, messageId, detail });
    }
  }
  const recorded = new Set(account.delays.map(({ messageId }) => messageId));
  for (const { seq, kind, messageId, at } of account.delaysShown) {
    if (recorded.has(messageId)) continue;
    const detail = `${kind} after move ${seq} is shown and was never recorded`;
    found.push(unexplained(account, terms, { hop, since: at, messageId, detail }));
  }
  return found;
};

const isForCustomer = ({ copies }: OrderAccount, messageId: string): boolean =>
  copies.some((copy) => copy.messageId === messageId && copy.tellsCustomer === true);
