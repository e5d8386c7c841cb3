import { type OrderPlan, planOrder, randomOf, stepsOf } from '@bezel/demo/clients';

/** An order of a run of chaos, as the seed decides it. */
export interface ChaosOrderPlan extends OrderPlan {
  /** False: its model has a hole, and the workshop has to reject it. */
  readonly makeable: boolean;
}

export interface PlanOptions {
  /** How many models there are. The last one cannot be made. */
  readonly models: number;
  readonly cancelPercent: number;
  /** Of a hundred orders, how many cannot be made. */
  readonly unmakeablePercent: number;
}

/** As the demo plans it, but for the model of those that cannot be made. */
export function planChaosOrder(
  seed: string,
  index: number,
  { models, cancelPercent, unmakeablePercent }: PlanOptions,
): ChaosOrderPlan {
  const plan = planOrder(seed, index, { models: models - 1, cancelPercent });
  if (!randomOf(seed, 'hole', index).chance(unmakeablePercent / 100)) return { ...plan, makeable: true };
  return { ...plan, model: models - 1, ownModel: true, makeable: false };
}

/** How many steps of clients it takes that can be counted on: one that is rejected is submitted, and that is all. */
export const stepsOfChaos = (plan: ChaosOrderPlan): number => (plan.makeable ? stepsOf(plan) : 1);
