import { type Model, type OrderPlan, sampleModels } from '@bezel/demo/clients';
import type { Kind } from '../matrix/kinds.ts';
import { SLOW, UNMAKEABLE } from '../matrix/lifecycle.ts';

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

const [HEADER_BYTES, TRIANGLE_BYTES] = [80, 50];

/** The last of them has a hole: one triangle of a closed body is missing. */
export async function modelsWithOneUnmakeable(): Promise<readonly Model[]> {
  const models = await sampleModels();
  const closed = models.find(({ name }) => name === 'band-ring.stl');
  if (closed === undefined) throw new Error('the sample model band-ring.stl is gone');
  const content = Buffer.from(closed.content.subarray(0, -TRIANGLE_BYTES));
  content.writeUInt32LE(content.readUInt32LE(HEADER_BYTES) - 1, HEADER_BYTES);
  return [...models, { name: `${UNMAKEABLE}.stl`, content }];
}
