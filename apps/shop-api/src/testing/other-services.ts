import { type MesActivities, MODEL_REJECTED, type PricingActivities } from '@bezel/order-workflow';
import { uuidv7 } from '@bezel/outbox';
import { ApplicationFailure } from '@temporalio/common';

/** What the other services do, as far as an order needs it. One kind of model is refused. */
export const otherServices: PricingActivities & MesActivities = {
  async analyseModel({ model }) {
    if (model.fileName === 'open.stl') throw ApplicationFailure.nonRetryable('the model is open', MODEL_REJECTED);
    return {
      volumeUm3: '1000',
      surfaceUm2: '600',
      boundingBoxUm: [10_000, 10_000, 10_000],
      triangles: 12,
      warnings: [],
    };
  },
  priceMetal: async () => ({
    part: { kind: 'metal', label: 'gold', amount: { amountMinor: '100', currency: 'EUR' } },
    massMg: 13_100,
  }),
  priceStones: async () => null,
  priceLabour: async () => ({ kind: 'labour', label: 'work', amount: { amountMinor: '50', currency: 'EUR' } }),
  openWorkOrder: async () => ({ workOrderId: uuidv7() }),
  withdrawWorkOrder: async () => {},
};
