import { MODEL_REJECTED, type PricingActivities, type PricingTerms } from '@bezel/order-workflow';
import type { Outbox } from '@bezel/outbox';
import { log } from '@bezel/service';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Kysely } from 'kysely';
import type { MesDatabase } from '../database/mes-database.ts';
import type { ModelAnalyser } from './analysis/model-analyser.ts';
import type { Phase } from './analysis/phase.ts';
import type { PriceList } from './prices/price-list.ts';
import type { PriceLists } from './prices/price-lists.ts';
import { discountFor, priceLabour, priceMetal, priceStones } from './prices/price-parts.ts';
import { PricingProgress } from './progress/pricing-progress.ts';

/**
 * How often an analysis tells that it lives, and at most how often the customer is told how far it is: who is served
 * within this time costs no event. The workflow's heartbeat time-out is well above: a few lost heartbeats do not start the
 * analysis again.
 */
const BEAT_MS = 2_000;

/** The shop's limit. What is larger was never accepted there, and would not fit into this process's memory. */
export const LARGEST_MODEL_BYTES = 50 * 1024 * 1024;

export interface PricingOptions {
  readonly db: Kysely<MesDatabase>;
  readonly outbox: Outbox;
  readonly analyser: ModelAnalyser;
  readonly priceLists: PriceLists;
  /** Default: 2,000. */
  readonly beatMs?: number;
}

/**
 * Pricing's side of the order workflow. A model that cannot be made fails for good with the reason; whatever else goes
 * wrong (no price list is valid, the shop is away) is a fault: it is logged with its code, and tried again.
 */
export function pricingActivities(options: PricingOptions): PricingActivities {
  const { db, outbox, analyser, priceLists, beatMs = BEAT_MS } = options;
  const listOf = ({ at }: PricingTerms): Promise<PriceList> =>
    logged(() => priceLists.validAt(at === undefined ? Date.now() : Date.parse(at)));

  return {
    async analyseModel({ orderId, model }) {
      if (model.bytes > LARGEST_MODEL_BYTES) {
        throw ApplicationFailure.nonRetryable('The model file is larger than 50 MB.', MODEL_REJECTED);
      }
      const progress = new PricingProgress(outbox, db, orderId);
      const beating = beat(beatMs, () => analyser.phaseOf(model), progress);
      try {
        const analysis = await logged(() => analyser.analyse(model, beating.cancelled));
        if ('rejected' in analysis) {
          throw ApplicationFailure.nonRetryable(analysis.rejected, MODEL_REJECTED);
        }
        return analysis.geometry;
      } finally {
        beating.stop();
        await progress.end();
      }
    },

    async priceMetal({ geometry, metal, partner, ...terms }) {
      const list = await listOf(terms);
      const discount = discountFor(list, partner);
      return {
        ...priceMetal(list, geometry, metal),
        priceList: list.name,
        ...(discount !== undefined && { discount }),
      };
    },

    async priceStones({ stones, ...terms }) {
      if (stones === 0) return null;
      const list = await listOf(terms);
      return { ...priceStones(list, stones), priceList: list.name };
    },

    async priceLabour({ geometry, finish, ...terms }) {
      const list = await listOf(terms);
      return { ...priceLabour(list, geometry, finish), priceList: list.name };
    },
  };
}

/**
 * Heartbeats of the running activity, from this thread: the analysis runs on another one, so they keep their time. They
 * carry the phase for whoever looks, and bring back the news of a cancellation.
 */
function beat(
  everyMs: number,
  phaseNow: () => Phase,
  progress: PricingProgress,
): { cancelled: AbortSignal; stop: () => void } {
  const context = Context.current();
  const timer = setInterval(() => {
    const phase = phaseNow();
    context.heartbeat({ phase });
    progress.tell(phase);
  }, everyMs);
  return { cancelled: context.cancellationSignal, stop: () => clearInterval(timer) };
}

/** Logs why an order waits, where that has a code; the line carries the order's id. */
async function logged<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'retryable' in error) {
      log.error({ err: error, 'event.action': 'pricing-waits', 'error.code': error.code }, error.message);
    }
    throw error;
  }
}
