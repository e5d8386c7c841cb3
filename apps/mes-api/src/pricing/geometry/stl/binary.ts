import { ModelRejected } from '../model-rejected.ts';
import type { TriangleSoup } from './triangle-soup.ts';

/** 80 bytes of free text and the number of triangles. */
export const STL_HEADER_BYTES = 84;

/** A normal and three corners of three little-endian floats each, and two bytes nobody agrees about. */
export const STL_TRIANGLE_BYTES = 50;

/** How many triangles the file announces, were it binary; undefined when it is too short to be. */
export function triangleCountOf(file: Uint8Array): number | undefined {
  return file.byteLength < STL_HEADER_BYTES ? undefined : viewOf(file).getUint32(STL_HEADER_BYTES - 4, true);
}

/**
 * Reads a binary STL whose length was found to fit its count.
 *
 * @throws {ModelRejected} when a coordinate is not a number.
 */
export function parseBinaryStl(file: Uint8Array, triangles: number): TriangleSoup {
  const view = viewOf(file);
  const positions = new Float32Array(triangles * 9);
  let write = 0;
  for (let triangle = 0; triangle < triangles; triangle++) {
    const corners = STL_HEADER_BYTES + triangle * STL_TRIANGLE_BYTES + 12;
    for (let axis = 0; axis < 9; axis++) {
      const value = view.getFloat32(corners + axis * 4, true);
      if (!Number.isFinite(value)) {
        throw new ModelRejected(
          `Triangle ${triangle + 1} of the model has a coordinate that is not a number. Please export it again.`,
        );
      }
      positions[write++] = value;
    }
  }
  return { positions, triangles };
}

const viewOf = (file: Uint8Array): DataView => new DataView(file.buffer, file.byteOffset, file.byteLength);
