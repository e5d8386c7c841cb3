import type { Audience } from '../contract/activities.ts';
import type { MessageKind } from './messages.ts';
import type { StageOwner } from './stage.ts';

/** Whose turn it is, as the pages say it. */
export const OWNERS: Readonly<Record<StageOwner, string>> = {
  workflow: 'the order’s workflow',
  pricing: 'pricing',
  customer: 'the customer',
  operators: 'the operators',
  courier: 'the courier',
};

/** Who is told. */
export const AUDIENCES: Readonly<Record<Audience, string>> = {
  operators: 'the operators',
  customer: 'the customer',
};

/** What ends a stage, as a sentence that follows "when". What ends no stage has none. */
const ENDS: Readonly<Partial<Record<MessageKind, string>>> = {
  begun: 'we have begun to work on it',
  priced: 'the price is calculated',
  'model-rejected': 'the model turns out not to be makeable',
  'price-accepted': 'the offer is accepted',
  'offer-expired': 'the offer runs out before anybody accepted it',
  'cancellation-requested': 'it is cancelled on request',
  'manufacturing-started': 'a goldsmith begins',
  'manufacturing-completed': 'the piece is finished',
  packed: 'the parcel is packed',
  shipped: 'the courier has taken the parcel',
  delivered: 'the courier reports the delivery',
};

/**
 * What ends a stage, in words.
 *
 * @throws Error when the message has no words yet: a message that ends a stage needs some
 */
export function endInWords(kind: MessageKind): string {
  const words = ENDS[kind];
  if (words === undefined) throw new Error(`${kind} ends a stage and has no words in lifecycle/words.ts`);
  return words;
}

const UNITS = [
  ['day', 24 * 60 * 60_000],
  ['hour', 60 * 60_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/**
 * A duration in words, in the largest unit that leaves no rest.
 *
 * @example
 * durationInWords(90 * 60_000); // '90 minutes'
 * @throws RangeError when it is not a whole number of seconds
 */
export function durationInWords(ms: number): string {
  for (const [unit, size] of UNITS) {
    if (ms > 0 && ms % size === 0) return `${ms / size} ${unit}${ms === size ? '' : 's'}`;
  }
  throw new RangeError(`${ms} ms is not a whole number of seconds`);
}
