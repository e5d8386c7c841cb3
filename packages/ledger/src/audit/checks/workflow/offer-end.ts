import { FACT_TYPES } from '../../../account/event-types.ts';
import type { OrderAccount } from '../../../account/order-account.ts';
import type { Check } from '../../judge.ts';
import { offerEndOf } from '../../resting.ts';

/**
 * An offer that was not accepted ends the order, soon after it has ended itself: the workflow does that. Where there is no workflow
 * that could, this is reported of the workflow; and an acceptance that has not arrived where it stopped.
 */
export const checkOfferEnd: Check = (account, terms) => {
  const { orderId, workflow, orders } = account;
  const endedAt = orders[0] === undefined ? null : offerEndOf(orders[0]);
  if (endedAt === null || workflow?.status !== 'RUNNING' || wasAccepted(account)) return [];
  const ageMs = terms.readAt - endedAt;
  if (ageMs < (terms.limits.stages?.offerEndMs ?? 0)) return [];
  const detail = 'the offer has ended, and the workflow has not ended the order';
  return [{ kind: 'unfinished', hop: 'workflow', orderId, detail, ageMs }];
};

/** The customer has accepted the offer, and the workflow has not said anything to that yet. */
export function wasAccepted({ written, moves, refusals }: OrderAccount): boolean {
  const answered = new Set([...moves, ...refusals].map(({ messageId }) => messageId));
  return written.some(({ type, messageId }) => FACT_TYPES[type] === 'price-accepted' && !answered.has(messageId));
}
