import { type Model, sampleModels } from '@bezel/demo/clients';
import { UNMAKEABLE } from './unmakeable.ts';

const [HEADER_BYTES, TRIANGLE_BYTES] = [80, 50];

/** The sample models; the last of them has a hole: one triangle of a closed body is missing. */
export async function modelsWithOneUnmakeable(): Promise<readonly Model[]> {
  const models = await sampleModels();
  const closed = models.find(({ name }) => name === 'band-ring.stl');
  if (closed === undefined) throw new Error('the sample model band-ring.stl is gone');
  const content = Buffer.from(closed.content.subarray(0, -TRIANGLE_BYTES));
  content.writeUInt32LE(content.readUInt32LE(HEADER_BYTES) - 1, HEADER_BYTES);
  return [...models, { name: `${UNMAKEABLE}.stl`, content }];
}
