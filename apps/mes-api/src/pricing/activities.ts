import type { ModelRef } from '@bezel/contracts';
import { MODEL_REJECTED, type PricingActivities } from '@bezel/order-workflow';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Kysely } from 'kysely';
import type { MesDatabase } from '../database/mes-database.ts';
import { ANALYSER_VERSION } from './geometry/analyse-model.ts';
import type { ModelAnalysis } from './geometry/analysis-thread.ts';
import type { AnalysisThreads } from './geometry/analysis-threads.ts';
import { fetchModel, type ModelSource } from './model/fetch-model.ts';
import { knownAnalysis, rememberAnalysis } from './model/model-analyses.ts';
import { OnceAtATime } from './model/once-at-a-time.ts';
import { type PriceList, priceListAt } from './prices/price-list.ts';
import { priceLabour, priceMetal, priceStones } from './prices/price-parts.ts';

/** The workflow's heartbeat time-out is well above: a few lost heartbeats do not start the analysis again. */
const HEARTBEAT_MS = 2_000;

/** The shop's limit. What is larger was never accepted there, and would not fit into this process's memory. */
const LARGEST_MODEL_BYTES = 50 * 1024 * 1024;

export interface PricingOptions {
  readonly db: Kysely<MesDatabase>;
  readonly source: ModelSource;
  readonly threads: AnalysisThreads;
  readonly priceLists: readonly PriceList[];
}

/**
 * Pricing's side of the order workflow. A model that cannot be made fails for good with the reason; whatever else goes
 * wrong is a fault and is tried again.
 */
export function pricingActivities({ db, source, threads, priceLists }: PricingOptions): PricingActivities {
  const analyses = new OnceAtATime<ModelAnalysis>();

  async function analyse(model: ModelRef, signal: AbortSignal, onPhase: (phase: string) => void) {
    const known = await knownAnalysis(db, model.sha256, ANALYSER_VERSION);
    if (known !== undefined) {
      return known;
    }
    onPhase('fetching');
    const file = await fetchModel(source, model, signal);
    const analysis = await threads.analyse(file, { signal, onPhase });
    await rememberAnalysis(db, model.sha256, ANALYSER_VERSION, analysis);
    return analysis;
  }

  return {
    async analyseModel({ model }) {
      if (model.bytes > LARGEST_MODEL_BYTES) {
        throw ApplicationFailure.nonRetryable('The model file is larger than 50 MB.', MODEL_REJECTED);
      }
      const { cancellationSignal: signal, heartbeat } = beating();
      try {
        const analysis = await analyses.run(model.sha256, signal, () => analyse(model, signal, heartbeat.now));
        if ('rejected' in analysis) {
          throw ApplicationFailure.nonRetryable(analysis.rejected, MODEL_REJECTED);
        }
        return analysis.geometry;
      } finally {
        heartbeat.stop();
      }
    },
    priceMetal: async ({ geometry, metal }) => priceMetal(priceListAt(priceLists, Date.now()), geometry, metal),
    priceStones: async ({ stones }) => priceStones(priceListAt(priceLists, Date.now()), stones),
    priceLabour: async ({ geometry, finish }) => priceLabour(priceListAt(priceLists, Date.now()), geometry, finish),
  };
}

/**
 * Heartbeats of the running activity, from this thread: the analysis runs on another one, so they keep their time. They
 * carry the phase for whoever looks, and bring back the news of a cancellation.
 */
function beating() {
  const context = Context.current();
  let phase = 'waiting';
  const beat = (): void => context.heartbeat({ phase });
  const timer = setInterval(beat, HEARTBEAT_MS);
  return {
    cancellationSignal: context.cancellationSignal,
    heartbeat: {
      now: (next: string): void => {
        phase = next;
        beat();
      },
      stop: (): void => clearInterval(timer),
    },
  };
}
