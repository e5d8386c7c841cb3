import type { OrderPlan } from '@bezel/demo/clients';
import { UNMAKEABLE } from '../../clients/unmakeable.ts';
import type { Kind } from '../matrix/kinds.ts';
import { SLOW } from '../matrix/lifecycle.ts';

/** What the names of their models hold, by which they are known where nothing else tells. */
export const MODEL_NAMES: Readonly<Partial<Record<Kind, string>>> = { rejected: UNMAKEABLE, slow: SLOW };

const CALLED_OFF: readonly Kind[] = ['cancelled', 'withdrawn-in-vain'];

/** What is decided about an order before it is submitted: as little as can be differs. */
export const planFor = (kind: Kind, index: number, models: number): OrderPlan => ({
  index,
  model: kind === 'rejected' ? models - 1 : index % (models - 1),
  ...{ ownModel: true, metal: 'silver-925', finish: 'polished', stones: 3 },
  ...{ doubleSubmits: false, doubleAccepts: false, courierRepeats: 0, courierHurries: false },
  cancelsAt: CALLED_OFF.includes(kind) ? 'APPROVED' : null,
});
