import { ModelRejected } from '../model-rejected.ts';
import { flat, place } from './closed-body.ts';
import { countShells } from './count-shells.ts';
import type { Kernel, Manifold } from './manifold.ts';
import { findSelfCrossing } from './self-crossing.ts';
import type { IndexedMesh } from './weld.ts';

/** Less than a grain of casting powder. */
const NO_VOLUME_MM3 = 0.001;
/** Far more than a piece with every stone and claw a part of its own. What uniting parts takes grows faster than their number. */
const MOST_SHELLS = 2_000;
/** Volumes that differ by less than this share are the same. */
const SAME = 1e-6;

/**
 * What would be cast: the union of all outer surfaces without the hollows inside them.
 *
 * - A model turned inside out as a whole is turned back; so is a part that faces inwards and lies in no other part.
 * - Parts that overlap (a bezel pushed into its band) are counted once.
 * - A surface that faces inwards inside another is a hollow and is taken away.
 *
 * @throws {ModelRejected} when there is no volume, one surface passes through itself, or there are too many parts.
 */
export function solidOf(kernel: Kernel, closed: Manifold, warnings: string[]): Manifold {
  const count = countShells(kernel.meshOf(closed));
  if (count > MOST_SHELLS) {
    throw new ModelRejected(
      `The model is made of ${count} separate parts, and we take up to ${MOST_SHELLS}. Please unite the parts into one body and export it again.`,
    );
  }
  let body = closed;
  if (body.volume() < 0) {
    body = insideOut(kernel, body);
    warnings.push('The surface faced inwards; it was turned inside out.');
  }
  const shells = kernel.shellsOf(body).filter((shell) => Math.abs(shell.volume()) >= NO_VOLUME_MM3);
  if (shells.length === 0) {
    throw flat();
  }
  for (const shell of shells) {
    const crossing = findSelfCrossing(kernel.meshOf(shell));
    if (crossing !== undefined) {
      throw new ModelRejected(
        `The surface of the model passes through itself ${place(crossing)}. Please unite the parts into one body and export it again.`,
      );
    }
  }
  const [only] = shells;
  return shells.length === 1 && only !== undefined ? only : assemble(kernel, shells, warnings);
}

function assemble(kernel: Kernel, shells: readonly Manifold[], warnings: string[]): Manifold {
  const parts = shells.filter((shell) => shell.volume() > 0);
  const outer = kernel.union(parts);
  const hollows: Manifold[] = [];
  for (const shell of shells.filter((candidate) => candidate.volume() < 0)) {
    const filled = insideOut(kernel, shell);
    if (kernel.common(outer, filled).volume() <= SAME * filled.volume()) {
      parts.push(filled);
      warnings.push('A part of the surface faced inwards; it was turned inside out.');
    } else {
      hollows.push(filled);
    }
  }
  const whole = kernel.union(parts);
  const sum = parts.reduce((total, part) => total + part.volume(), 0);
  if (sum - whole.volume() > SAME * sum) {
    warnings.push('Parts of the model overlap; what they share is counted once.');
  }
  if (hollows.length > 0) {
    warnings.push('The model has a closed hollow inside; it is priced as a hollow piece.');
  }
  const solid = hollows.length === 0 ? whole : kernel.without(whole, hollows);
  if (solid.volume() < NO_VOLUME_MM3) {
    throw flat();
  }
  return solid;
}

function insideOut(kernel: Kernel, body: Manifold): Manifold {
  const { positions, corners } = kernel.meshOf(body);
  const turned: IndexedMesh = { positions, corners: Uint32Array.from(corners).reverse() };
  const result = kernel.bodyOf(turned);
  if (result === undefined) {
    throw new Error('a closed mesh turned inside out is closed: the mesh library disagrees');
  }
  return result;
}
