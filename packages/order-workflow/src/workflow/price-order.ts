import type { PriceOffer, PricePart } from '@bezel/contracts';
import { log, sleep, uuid4 } from '@temporalio/workflow';
import { MODEL_REJECTED, type ModelGeometry } from '../contract/activities.ts';
import type { OrderStart } from '../contract/start.ts';
import type { Outcome } from '../lifecycle/index.ts';
import { type activitiesOn, outcomeIn, untilDone } from './activities.ts';
import { offerParts, totalOf } from './offer-parts.ts';

type Activities = Pick<ReturnType<typeof activitiesOn>, 'analysis' | 'pricing'>;

/** Measures the model, then prices metal, stones and labour in parallel. A model that cannot be made is an outcome. */
export async function priceOrder(start: OrderStart, { analysis, pricing }: Activities): Promise<Outcome> {
  const { orderId, model } = start.order;
  // Prices are those of this moment, however long the analysis takes. The workflow's clock: a replay computes the same.
  const at = new Date(Date.now()).toISOString();
  try {
    const geometry = await untilDone(() => analysis.analyseModel({ orderId, model }), MODEL_REJECTED);
    const { parts, massMg } = await priceParts(start, { geometry, at, pricing });
    const [width, depth, height] = geometry.boundingBoxUm;
    const offer: PriceOffer = {
      offerId: uuid4(),
      total: totalOf(parts),
      parts,
      massMg,
      boundingBoxUm: [width, depth, height],
      ...(geometry.warnings.length > 0 && { warnings: [...geometry.warnings] }),
      expiresAt: new Date(Date.now() + start.offerValidForMs).toISOString(),
    };
    return { kind: 'priced', offer };
  } catch (error) {
    const rejection = outcomeIn(error, MODEL_REJECTED);
    if (rejection === undefined) throw error;
    return { kind: 'model-rejected', reason: rejection.message };
  }
}

/** How long the workflow waits for its pricing workers to know the same price lists, in ms: longer each time. */
const LISTS_DIFFER_WAIT = { first: 2_000, longest: 600_000 };

/**
 * Prices the parts, again and again until all come from one price list: a list may be replaced while they are asked
 * for, and two workers may know different ones while a new version is rolled out. A part that names no list fits any.
 */
async function priceParts(
  { order }: OrderStart,
  { geometry, at, pricing }: Pick<Activities, 'pricing'> & { readonly geometry: ModelGeometry; readonly at: string },
): Promise<{ readonly parts: PricePart[]; readonly massMg: number }> {
  const { metal, stones, finish, channel, tenant } = order;
  const partner = channel === 'partner' ? { partner: tenant } : {};
  for (let wait = LISTS_DIFFER_WAIT.first; ; wait = Math.min(2 * wait, LISTS_DIFFER_WAIT.longest)) {
    const [{ part, massMg, priceList, discount }, ...rest] = await Promise.all([
      untilDone(() => pricing.priceMetal({ geometry, metal, at, ...partner }), MODEL_REJECTED),
      untilDone(() => pricing.priceStones({ stones, at }), MODEL_REJECTED),
      untilDone(() => pricing.priceLabour({ geometry, finish, at }), MODEL_REJECTED),
    ]);
    const others = rest.filter((priced) => priced !== null);
    const lists = new Set(
      [priceList, ...others.map((priced) => priced.priceList)].filter((name) => name !== undefined),
    );
    if (lists.size <= 1) return { parts: offerParts([part, ...others], discount), massMg };
    log.warn('the parts of an offer come from different price lists; pricing again', { priceLists: [...lists] });
    await sleep(wait);
  }
}
