import { randomOf } from './random.ts';

/** The statuses in which a customer may ask for a cancellation. */
export const CANCEL_STAGES = [
  'SUBMITTED',
  'PRICING',
  'PRICED',
  'APPROVED',
  'IN_MANUFACTURING',
  'MANUFACTURING_COMPLETED',
  'PACKED',
] as const;
export type CancelStage = (typeof CANCEL_STAGES)[number];

/** Everything that is decided about one order before it is submitted. */
export interface OrderPlan {
  /** From 0. */
  readonly index: number;
  /** Which of the sample models. */
  readonly model: number;
  /** A model of its own: measured anew, where a repeated one is known already. */
  readonly ownModel: boolean;
  readonly metal: string;
  readonly finish: string;
  readonly stones: number;
  /** Sends the request twice at once, with one Idempotency-Key. */
  readonly doubleSubmits: boolean;
  readonly doubleAccepts: boolean;
  /** Asks for a cancellation as soon as this status is seen; null: never. */
  readonly cancelsAt: CancelStage | null;
  /** How often the courier tells of the delivery again. */
  readonly courierRepeats: number;
  /** The courier tells at once, and does not wait until the shop knows of the shipment. */
  readonly courierHurries: boolean;
}

const METALS = ['gold-585', 'gold-750', 'silver-925', 'platinum-950'] as const;
const FINISHES = ['polished', 'brushed', 'hammered'] as const;

/** Decides about an order from the seed alone. */
export function planOrder(
  seed: string,
  index: number,
  { models, cancelPercent }: { readonly models: number; readonly cancelPercent: number },
): OrderPlan {
  const random = randomOf(seed, 'order', index);
  return {
    index,
    model: random.below(models),
    ownModel: random.chance(0.25),
    metal: random.one(METALS),
    finish: random.one(FINISHES),
    stones: random.chance(0.4) ? random.below(25) : 0,
    doubleSubmits: random.chance(0.15),
    doubleAccepts: random.chance(0.15),
    courierRepeats: random.chance(0.3) ? 1 + random.below(2) : 0,
    courierHurries: random.chance(0.5),
    cancelsAt: random.chance(cancelPercent / 100) ? random.one(CANCEL_STAGES) : null,
  };
}

/** How many steps of clients an order takes: submit, accept, five by operators, one by the courier. */
export const STEPS_AN_ORDER = 8;

/** How many of these steps can be counted on: a cancelled order takes those before its cancellation, and that one. */
export function stepsOf({ cancelsAt }: OrderPlan): number {
  switch (cancelsAt) {
    case null:
      return STEPS_AN_ORDER;
    case 'SUBMITTED':
    case 'PRICING':
    case 'PRICED':
      return 2;
    default:
      return 3;
  }
}
