import type { PriceOffer } from '@bezel/contracts';
import { uuid4 } from '@temporalio/workflow';
import { MODEL_REJECTED } from '../contract/activities.ts';
import type { OrderStart } from '../contract/start.ts';
import type { Outcome } from '../lifecycle/index.ts';
import { type activitiesOn, outcomeIn, untilDone } from './activities.ts';
import { totalOf } from './total-of.ts';

type Activities = Pick<ReturnType<typeof activitiesOn>, 'analysis' | 'pricing'>;

/** Measures the model, then prices metal, stones and labour in parallel. A model that cannot be made is an outcome. */
export async function priceOrder(start: OrderStart, { analysis, pricing }: Activities): Promise<Outcome> {
  const { orderId, model, metal, stones, finish } = start.order;
  try {
    const geometry = await untilDone(() => analysis.analyseModel({ orderId, model }), MODEL_REJECTED);
    const [priced, ...rest] = await Promise.all([
      untilDone(() => pricing.priceMetal({ geometry, metal }), MODEL_REJECTED),
      untilDone(() => pricing.priceStones({ stones }), MODEL_REJECTED),
      untilDone(() => pricing.priceLabour({ geometry, finish }), MODEL_REJECTED),
    ]);
    const parts = [priced.part, ...rest].filter((part) => part !== null);
    const [width, depth, height] = geometry.boundingBoxUm;
    const offer: PriceOffer = {
      offerId: uuid4(),
      total: totalOf(parts),
      parts,
      massMg: priced.massMg,
      boundingBoxUm: [width, depth, height],
      // The workflow's clock, not the machine's: a replay computes the same instant.
      expiresAt: new Date(Date.now() + start.offerValidForMs).toISOString(),
    };
    return { kind: 'priced', offer };
  } catch (error) {
    const rejection = outcomeIn(error, MODEL_REJECTED);
    if (rejection === undefined) throw error;
    return { kind: 'model-rejected', reason: rejection.message };
  }
}
