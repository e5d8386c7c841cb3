import type { Message, MessageKind } from './messages.ts';
import type { OrderState } from './state.ts';

/** What the workflow keeps going while an order is in a state. */
export type Work =
  | { readonly kind: 'pricing' }
  /** Ends not before `at` (UTC ISO 8601). */
  | { readonly kind: 'offer-timer'; readonly at: string }
  | { readonly kind: 'open-work-order'; readonly massMg: number }
  | { readonly kind: 'withdraw-work-order'; readonly reason: string };

const OUTCOMES: Readonly<Record<Work['kind'], readonly MessageKind[]>> = {
  pricing: ['priced', 'model-rejected'],
  'offer-timer': ['offer-expired'],
  'open-work-order': ['work-order-opened'],
  'withdraw-work-order': ['work-order-withdrawn', 'work-order-shipped'],
};

/** Whether the message is the outcome of this work. */
export const isEndedBy = (work: Work, message: Message): boolean => OUTCOMES[work.kind].includes(message.kind);

/**
 * The work a state calls for. Work is started and stopped by comparing this before and after a message, and all of it
 * is started afresh when the workflow continues as new: every kind of work may run twice.
 */
export function workOf(state: OrderState): readonly Work[] {
  if (state.status === 'PRICING') return [{ kind: 'pricing' }];
  if (state.offer === null) return [];
  if (state.status === 'PRICED') return [{ kind: 'offer-timer', at: state.offer.expiresAt }];
  if (state.workOrder === 'opening') return [{ kind: 'open-work-order', massMg: state.offer.massMg }];
  if (state.workOrder === 'withdrawing') return [{ kind: 'withdraw-work-order', reason: cancellationReason(state) }];
  return [];
}

/** The reason a cancellation is recorded with, when its request gives none. */
export const ON_REQUEST = 'on-request';

const cancellationReason = (state: OrderState): string => state.cancelling?.reason ?? ON_REQUEST;
