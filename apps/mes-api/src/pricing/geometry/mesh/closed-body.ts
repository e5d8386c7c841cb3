import { ModelRejected } from '../model-rejected.ts';
import { Edges } from './edges.ts';
import type { Kernel, Manifold } from './manifold.ts';
import { rewind } from './rewind.ts';
import type { IndexedMesh } from './weld.ts';

/** Gaps no wider than this come from rounding when a model is exported, and are closed. */
const CLOSED_GAP_MM = 0.001;

/**
 * The body enclosed by a mesh whose every edge has a triangle on both sides. Gaps of up to 0.001 mm and triangles wound
 * the wrong way are mended, and said in `warnings`.
 *
 * @throws {ModelRejected} when the mesh is open, has crowded edges, has one side only or is flat.
 */
export function closedBody(kernel: Kernel, mesh: IndexedMesh, warnings: string[]): Manifold {
  const asItIs = kernel.bodyOf(mesh);
  if (asItIs !== undefined) {
    return asItIs;
  }
  const faults = new Edges(mesh).faults();
  if (faults.open + faults.crowded + faults.twisted === 0) {
    throw flat();
  }
  if (faults.open > 0 || faults.crowded > 0) {
    const closed = kernel.bodyOf(mesh, CLOSED_GAP_MM);
    if (closed === undefined) {
      throw faults.open > 0
        ? new ModelRejected(
            `The model is not closed: its surface has a hole (${edges(faults.open)} with nothing on one side, the first ${place(faults.near)}). Please close the surface and export it again.`,
          )
        : new ModelRejected(
            `The model is not one clean surface: ${edges(faults.crowded)} where more than two faces meet, the first ${place(faults.near)}. Please remove inner faces and export it again.`,
          );
    }
    warnings.push('Gaps of up to 0.001 mm in the surface were closed.');
    return closed;
  }
  const wound = rewind(mesh);
  if (wound === undefined) {
    throw new ModelRejected(
      'The surface of the model has one side only, so that inside and outside cannot be told apart. Please export a solid body.',
    );
  }
  const body = kernel.bodyOf(wound.mesh);
  if (body === undefined) {
    throw flat();
  }
  warnings.push(`${wound.turned === 1 ? '1 face was' : `${wound.turned} faces were`} turned the right way out.`);
  return body;
}

/** Also the answer when a body was found and its volume is nothing. */
export const flat = (): ModelRejected =>
  new ModelRejected(
    'The model encloses no volume: its surface is flat or folded onto itself. Please export a solid body.',
  );

const edges = (count: number): string => (count === 1 ? '1 edge' : `${count} edges`);

/** A place in the model, for a person to look at in their design program. */
export const place = (near: readonly [number, number, number] | undefined): string =>
  near === undefined
    ? 'somewhere'
    : `near x ${near[0].toFixed(2)}, y ${near[1].toFixed(2)}, z ${near[2].toFixed(2)} mm`;
