import { SUBSCRIPTIONS } from '../account/event-types.ts';

/** What a repair does is said of it before and after in the same words; what is not known any more is left out. */
export const WORDS = {
  redrive: () => 'Has what is parked of the order played again, wherever it is parked.',

  publishAgain: (type: string | undefined) =>
    type === undefined
      ? 'Publishes the message again, as it was written; who has it passes over the copy.'
      : `Publishes ${type} again, as it was written; ${whoTakes(type)}, and who has it passes over the copy.`,

  runWorkflow: (status: string | undefined) =>
    `Starts the order’s workflow where the order stands${status === undefined ? '' : `, ${status}`}. What was moved stays; what was being done is done again, which finds what there is.`,

  tellFact: () =>
    'Tells the order’s workflow again what was recorded; it passes over what it has heard. An order that has ended refuses it, on record.',

  projectAgain: (who: string) =>
    `Has ${who} show what it took and does not show, from the message itself; what is shown is left alone.`,
} as const;

function whoTakes(type: string): string {
  const takers = new Set(SUBSCRIPTIONS.filter(({ types }) => types.includes(type)).map(({ hop }) => hop.split('.')[0]));
  return takers.size === 0 ? 'nobody has to act on it' : `${[...takers].join(', ')} will take it`;
}
