import type { PricingPhase } from '@bezel/contracts';

/** What the analysis of a model is doing, as customers see it: the phases of the thread are among them. */
export type Phase = PricingPhase;

/**
 * How much of the time of an analysis has passed when a phase begins, for a large model: shares of what was measured, so
 * that the figure moves about as time does. It never says 100: then the analysis is over and the price is there.
 */
export const PERCENT_AT: Readonly<Record<Phase, number>> = {
  fetching: 0,
  waiting: 2,
  reading: 5,
  welding: 8,
  closing: 14,
  measuring: 55,
};
