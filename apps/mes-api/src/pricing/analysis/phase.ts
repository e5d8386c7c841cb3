import type { PricingPhase } from '@bezel/contracts';
import type { AnalysisPhase } from '../geometry/analyse-model.ts';

/** What the analysis of a model is doing, as customers see it: those of the thread among them. */
export type Phase = PricingPhase;

/** Every phase of a thread is one that customers know. */
export const ofThread = (phase: AnalysisPhase): Phase => phase;

/**
 * How much of the time of an analysis has passed when a phase begins, for a large model: shares of what was measured, so
 * that the figure moves about as time does. It never says 100: then the analysis is over and the price is there.
 */
export const PERCENT_AT: Readonly<Record<Phase, number>> = {
  waiting: 0,
  fetching: 1,
  reading: 5,
  welding: 8,
  closing: 14,
  measuring: 55,
};
